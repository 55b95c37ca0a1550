"""What schemathesis is to judge beside its own checks: requests that the description allows are accepted, or refused for a
reason that `explained.json` names, since no schema can state it."""

import json
import os
import re

import schemathesis

with open(os.path.join(os.path.dirname(__file__), "explained.json"), encoding="utf-8") as file:
    EXPLAINED = json.load(file)

STATUSES = set(EXPLAINED["statuses"])
ROWS = EXPLAINED["refusals"]


def explains(row, case, code, error):
    """`media` and `query` narrow a row to bodies of these types, and to requests with this parameter."""
    return (
        row["code"] == code
        and re.search(row["error"], error) is not None
        and ("media" not in row or case.media_type in row["media"])
        and ("query" not in row or row["query"] in (case.query or {}))
    )


@schemathesis.hook
def map_query(_, query):
    """`id` is for paths with `-` in place of the id, which OpenAPI cannot say: it would have every other request refused."""
    return {name: value for name, value in query.items() if name != "id"} if query else query


@schemathesis.check
def accepted_or_explained(_, response, case):
    """Stands for `positive_data_acceptance`, which knows statuses alone."""
    meta = case.meta
    if meta is None or not meta.generation.mode.is_positive:
        return
    if response.status_code < 400 or response.status_code >= 500 or str(response.status_code) in STATUSES:
        return
    answer = json.loads(response.text)
    code, error = answer.get("code"), answer.get("error", answer.get("detail", ""))
    if any(explains(row, case, code, error) for row in ROWS):
        return
    raise AssertionError(f"Refused although the description allows it: {response.status_code} {code}: {error}")
