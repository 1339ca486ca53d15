"""What happened? Append-only, hash-chained; also the outbox."""
