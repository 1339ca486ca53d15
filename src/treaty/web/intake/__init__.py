"""The doors through which other people's machines send: tracking calls and web forms. No session, no cookie, no redirect."""
