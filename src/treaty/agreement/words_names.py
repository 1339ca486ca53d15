"""Names of the world in English: countries, seniorities, kinds of touches, fields."""

COUNTRIES = {
    "AE": "the United Arab Emirates", "AR": "Argentina", "AT": "Austria", "AU": "Australia", "BE": "Belgium", "BG": "Bulgaria",
    "BR": "Brazil", "CA": "Canada", "CH": "Switzerland", "CL": "Chile", "CN": "China", "CO": "Colombia", "CY": "Cyprus", "CZ": "Czechia",
    "DE": "Germany", "DK": "Denmark", "EE": "Estonia", "EG": "Egypt", "ES": "Spain", "FI": "Finland", "FR": "France",
    "GB": "the United Kingdom", "GR": "Greece", "HR": "Croatia", "HU": "Hungary", "ID": "Indonesia", "IE": "Ireland", "IL": "Israel",
    "IN": "India", "IS": "Iceland", "IT": "Italy", "JP": "Japan", "KE": "Kenya", "KR": "South Korea", "LI": "Liechtenstein",
    "LT": "Lithuania", "LU": "Luxembourg", "LV": "Latvia", "MA": "Morocco", "MT": "Malta", "MX": "Mexico", "MY": "Malaysia",
    "NG": "Nigeria", "NL": "the Netherlands", "NO": "Norway", "NZ": "New Zealand", "PE": "Peru", "PH": "the Philippines", "PL": "Poland",
    "PT": "Portugal", "RO": "Romania", "RS": "Serbia", "SA": "Saudi Arabia", "SE": "Sweden", "SG": "Singapore", "SI": "Slovenia",
    "SK": "Slovakia", "TH": "Thailand", "TR": "Türkiye", "UA": "Ukraine", "US": "the United States", "VN": "Vietnam", "ZA": "South Africa",
}  # fmt: skip

LANGUAGES = {
    "cs": "Czech", "da": "Danish", "de": "German", "en": "English", "es": "Spanish", "fi": "Finnish", "fr": "French", "hu": "Hungarian",
    "it": "Italian", "ja": "Japanese", "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian",
    "sv": "Swedish", "tr": "Turkish", "zh": "Chinese",
}  # fmt: skip

SENIORITIES = {
    "c_level": "a member of the board",
    "vp": "a vice president",
    "director": "a director",
    "head": "a head of department",
    "manager": "a manager",
    "senior": "a senior",
    "owner": "an owner",
    "partner": "a partner",
}

TOUCH_KINDS = {
    "content_download": ("content download", "content downloads"),
    "page_view": ("page view", "page views"),
    "webinar_attended": ("webinar attended", "webinars attended"),
    "webinar_registered": ("webinar registered for", "webinars registered for"),
    "event_attended": ("event attended", "events attended"),
    "demo_request": ("request for a demonstration", "requests for a demonstration"),
    "pricing_request": ("request for a price", "requests for a price"),
    "form_submitted": ("form sent", "forms sent"),
    "email_opened": ("e-mail opened", "e-mails opened"),
    "email_clicked": ("e-mail clicked", "e-mails clicked"),
    "email_replied": ("e-mail answered", "e-mails answered"),
    "ad_clicked": ("advertisement clicked", "advertisements clicked"),
    "unsubscribed": ("cancelled subscription", "cancelled subscriptions"),
    "trial_started": ("trial started", "trials started"),
}
"""One, several."""

FIELD_NAMES = {
    "email_domain": "e-mail domain",
    "lead_source": "lead source",
    "employees": "number of people",
    "account_type": "type of account",
    "title": "job title",
}

TOUCH_FIELD_NAMES = {
    "path": "page",
    "host": "site",
    "channel": "channel",
    "campaign": "campaign",
    "content": "content",
    "form": "form",
    "source": "source",
    "title": "title",
}
