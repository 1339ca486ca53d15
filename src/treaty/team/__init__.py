"""Who logs in, what may they do, who is away?"""
