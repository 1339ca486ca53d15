"""Who may open which address (invariant 27). A new address has no row here, and fails the tests until somebody decides.

A row: the route as `urls` has it, who may ask (GET), who may change (POST); the same for both if only one is given.

    OPEN     nobody signs in: the page before that, and doors that ask for a key of their own
    ALL      every member
    ROLES    letters of the roles that may: m marketing, r sales rep, s sales manager, o RevOps, e executive
    RECORD   every member who may see that record; a rep who neither owns it nor its account does not find it
"""

OPEN, ALL, RECORD, NONE = "open", "all", "record", "none"
"""NONE: the address does not take that method."""
LETTERS = {"m": "marketing", "r": "sales_rep", "s": "sales_manager", "o": "revops", "e": "executive"}

MATRIX = """
sign-in/                                              | open
sign-out/                                             | none | open
demo/<slug:key>/                                      | none | open
healthz                                               | open
settings/theme/                                       | none | all
settings/                                             | all
settings/absences/                                    | none | all
settings/password/                                    | none | all
settings/notices/                                     | all
settings/notices/slack/<path:token>/                  | all
settings/channels/                                    | o    | none
settings/channels/preview/                            | o    | none
settings/channels/add/<slug:transport>/               | o
settings/channels/<slug:key>/                         | o
settings/channels/<slug:key>/test/                    | none | o
settings/channels/<slug:key>/again/                   | none | o
settings/channels/<slug:key>/secret/                  | none | o
settings/channels/<slug:key>/off/                     | none | o
answer/<path:token>/                                  | open

                                                      | all
figures/<slug:name>/                                  | all
queue/                                                | all
queue/answers/                                        | none | all
queue/undo/                                           | none | all
queue/<slug:key>/                                     | record | none
queue/<slug:key>/brief/                               | record | none
handoffs/<slug:key>/answer/                           | none | record
handoffs/<slug:key>/undo/                             | none | record
handoffs/<slug:key>/owner/                            | none | record
handoffs/<slug:key>/pause/                            | none | record
handoffs/<slug:key>/resume/                           | none | record
leads/                                                | all
leads/new/                                            | all
leads/otherwise/                                      | all  | none
leads/<slug:key>/                                     | record | none
leads/<slug:key>/why/                                 | record | none
leads/<slug:key>/contact/                             | none | record
leads/<slug:key>/objection/                           | none | record
leads/<slug:key>/note/                                | none | record
leads/<slug:key>/qualify/                             | none | record
leads/<slug:key>/opportunity/                         | none | record
leads/<slug:key>/move/                                | none | record
leads/<slug:key>/answers/<slug:answer_key>/dispute/   | none | record
doubles/                                              | all  | none
doubles/search/                                       | all  | none
doubles/search/begin/                                 | none | o
doubles/search/progress/                              | all  | none
doubles/search/alone/                                 | none | o
doubles/<slug:key>/                                   | record | none
doubles/<slug:key>/answer/                            | none | o
doubles/<slug:key>/undo/                              | none | o
merges/<slug:key>/undo/                               | none | o
merges/<slug:key>/parting/                            | none | o
people/<slug:key>/                                    | record | none
deal-pairs/<slug:key>/                                | record | none
deal-pairs/<slug:key>/answer/                         | none | o
deal-pairs/<slug:key>/undo/                           | none | o
accounts/<slug:key>/                                  | record | none
account-merges/<slug:key>/parting/                    | none | o

agreement/                                            | all
agreement/versions/<int:number>/                      | all
agreement/versions/<int:number>/text/                 | all
agreement/versions/<int:number>/yaml/                 | all
agreement/versions/<int:number>/contract.pdf          | all  | none
agreement/versions/<int:number>/difference/           | all
agreement/versions/<int:number>/export/               | all
agreement/versions/<int:number>/receipt/              | all
agreement/versions/<int:number>/sign/                 | all
agreement/versions/<int:number>/withdraw/             | none | all
agreement/versions/<int:number>/remarks/              | all
agreement/compare/                                    | all  | none
agreement/review/                                     | none | all
agreement/versions/<int:number>/backtest/             | all  | none
agreement/versions/<int:number>/backtest/people/      | all  | none
agreement/begin/                                      | mso
agreement/suggest/                                    | mso
agreement/suggest/session/                            | mso
agreement/draft/                                      | mso  | none
agreement/draft/new/                                  | mso
agreement/draft/check/                                | none | mso
agreement/draft/<slug:key>/                           | mso
agreement/draft/<slug:key>/parts/                     | mso  | none
agreement/draft/<slug:key>/parts/<slug:name>/         | mso
agreement/draft/<slug:key>/parts/<slug:name>/look/    | none | mso
agreement/draft/<slug:key>/parts/<slug:name>/lately/  | none | mso
agreement/draft/<slug:key>/route/                     | none | mso
agreement/draft/<slug:key>/news/                      | mso  | none
agreement/draft/<slug:key>/saves/                     | mso
agreement/draft/<slug:key>/backtest/                  | mso  | none
agreement/draft/<slug:key>/backtest/people/           | mso  | none
agreement/draft/<slug:key>/proposal/                  | mso
agreement/draft/<slug:key>/contract.pdf               | mso  | none
agreement/draft/<slug:key>/remarks/                   | mso
remarks/<slug:key>/answers/                           | none | all
remarks/<slug:key>/settlement/                        | none | all
remarks/<slug:key>/withdraw/                          | none | all
promises/                                             | all
promises/<slug:promise>/                              | all
funnel/                                               | all
funnel/time/                                          | all
funnel/won/                                           | all
funnel/pipeline/                                      | all
numbers/                                              | all
numbers/<slug:name>/                                  | all
attribution/                                          | all
campaigns/                                            | all
campaigns/<path:slug>/                                | all  | none
content/                                              | all
content/<path:slug>/                                  | all  | none
plans/                                                | none | mo
plans/<slug:key>/                                     | all  | none
plans/<slug:key>/seal/                                | none | msoe
economics/                                            | all
goals/                                                | all
books/                                                | all
books/<slug:name>/                                    | all
books/<slug:name>/close/                              | none | all
books/<slug:name>/signature/                          | none | all
books/<slug:name>/withdraw/                           | none | all
books/<slug:name>/restatement/                        | none | all
rejections/                                           | all
audiences/                                            | mo   | none
audiences/file/                                       | none | mo
fairness/                                             | all
gaps/                                                 | all
house/                                                | all  | none
house/known/                                          | none | o
house/roles/                                          | none | o
house/consent/                                        | none | o
opportunities/                                        | all
opportunities/<slug:key>/                             | record | none
opportunities/<slug:key>/stage/                       | none | record
opportunities/<slug:key>/amount/                      | none | record
opportunities/<slug:key>/role/                        | none | record
opportunities/<slug:key>/won/                         | none | record
opportunities/<slug:key>/lost/                        | none | record
week/                                                 | all
week/resolutions/                                     | none | all
week/resolutions/<slug:key>/done/                     | none | mso
week/resolutions/<slug:key>/drop/                     | none | mso
disputes/<slug:key>/ruling/                           | none | mso
amendments/<slug:reason>/<slug:how>/                  | none | mso

sources/                                              | all
sources/new/                                          | o
sources/enrichment/                                   | o
sources/reconciliation/                               | all  | none
sources/connect/                                      | o    | none
sources/connect/<slug:vendor>/                        | o
sources/<slug:key>/                                   | mso  | none
sources/<slug:key>/enrichment/                        | o
sources/<slug:key>/pull/                              | none | o
sources/<slug:key>/hook/                              | none | o
sources/<slug:key>/mapping/                           | mso  | o
sources/<slug:key>/mapping/undo/                      | none | o
sources/<slug:key>/mapping/file/                      | o
sources/<slug:key>/mapping/records/                   | mso  | none
sources/<slug:key>/writes/                            | mso  | none
sources/<slug:key>/writes/fields/                     | o
sources/<slug:key>/writes/rehearsal/                  | o
sources/<slug:key>/writes/failed/                     | none | o
sources/<slug:key>/writes/<int:number>/               | mso  | none
sources/<slug:key>/writes/<int:number>/undo/          | none | o
sources/<slug:key>/statuses/                          | o
sources/<slug:key>/rotation/                          | none | o
sources/<slug:key>/origins/                           | none | o
sources/<slug:key>/off/                               | none | o
sources/<slug:key>/release/                           | none | o
imports/                                              | mso  | none
imports/new/                                          | mso
mappings/                                     | mso  | none
mappings/<slug:key>/mapping.yaml              | mso  | none
mappings/<slug:key>/remove/                   | none | mso
imports/<slug:key>/                                   | mso  | none
imports/<slug:key>/save/                              | none | mso
imports/<slug:key>/progress/                          | mso  | none
imports/<slug:key>/mapping/                           | none | mso
imports/<slug:key>/mapping.yaml                       | mso  | none
imports/<slug:key>/rehearsal/                         | none | mso
imports/<slug:key>/run/                               | none | mso
imports/<slug:key>/discard/                           | none | mso
imports/<slug:key>/refused/<int:number>.csv           | mso  | none
imports/<slug:key>/undo/                              | mso
imports/<slug:key>/undo/foresee/                      | none | mso
team/                                                 | all
team/new/                                             | o
team/<slug:key>/                                      | all  | o
team/<slug:key>/password/                             | none | o
team/<slug:key>/off/                                  | none | o
team/<slug:key>/on/                                   | none | o
team/<slug:key>/absences/                             | none | rso
team/<slug:key>/absences/<int:number>/end/            | none | rso

^v1/(?P<call>CALLS)/?$                                | open
^v1/projects/(?P<write_key>[^/]{1,200})/settings/?$   | open
^v1/(?P<rest>.*)$                                     | open
^sourceConfig/?$                                      | open
^hooks/(?P<key>[^/]{1,40})/?$                         | open
^slack/actions/?$                                     | open
^forms/(?P<key>[^/]{1,200})/?$                        | open
^forms/(?P<key>[^/]{1,200})/embed\\.js$                | open
"""
"""`team/<slug:key>/absences/`: asked about a rep, so that rep, the head of sales and RevOps; who else, see test_page_team."""


def rows() -> dict[str, tuple[str, str]]:
    """Route to (who may ask, who may change)."""
    found = {}
    for line in MATRIX.splitlines():
        route, bar, rest = line.partition(" | ")
        if bar:
            ask, _, change = (part.strip() for part in rest.partition("|"))
            found[route.strip()] = (ask, change or ask)
    return found


def roles(who: str) -> set[str]:
    """The roles that a cell admits."""
    return set(LETTERS.values()) if who in (OPEN, ALL, RECORD) else {LETTERS[letter] for letter in who} if who != NONE else set()
