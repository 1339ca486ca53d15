def seniority_of(title: str) -> str:
    return ""
