"""The kpis room: what members, purchases and participation come to, each figure by one definition (K1–K8, K12–K18)."""
