"""Which leads become customers, learnt from those whose end is known? Plain tables in, whole points with their evidence out."""
