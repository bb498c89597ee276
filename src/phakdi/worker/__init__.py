"""Background work: facts become jobs, jobs are done, messages leave, and what is due by the clock happens."""
