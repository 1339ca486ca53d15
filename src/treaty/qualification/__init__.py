"""Is this lead ready? Lifecycle, scores, explanation."""
