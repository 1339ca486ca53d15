"""Run an Ibis expression somewhere: DuckDB here, Spark or a warehouse there; the lake."""
