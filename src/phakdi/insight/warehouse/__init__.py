"""The warehouse room: what happened, as plain tables of Parquet that DuckDB or Spark reads; names and addresses stay outside."""
