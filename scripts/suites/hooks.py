"""What schemathesis is to judge beside its own checks: requests that the description allows are accepted, or refused for a
reason that `explained.json` names, since no schema can state it."""

import json
import os
import re
import uuid

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


KEYS_USED = set()


@schemathesis.hook
def map_headers(_, headers):
    """An idempotency key names one request, which OpenAPI cannot say: one that was used before gets another end."""
    name = "Idempotency-Key"
    key = headers.get(name) if headers else None
    # With double quotes or without them it is the same key.
    bare = re.fullmatch('"?([!#-~]{1,100})"?', key) if isinstance(key, str) else None
    if bare is None:
        return headers
    own = f"{bare[1]}-{uuid.uuid4()}" if bare[1] in KEYS_USED else key
    KEYS_USED.add(bare[1])
    return {**headers, name: own}


# What `patches` sends beside what the description allows, which cannot say which clients there are: those that a list has
# shown, each where it is, as links name them. Operations and pairs are left to `schemathesis`.
PATCHES = os.environ.get("CLIENTRY_PATCHES") == "1"
CLIENTS = {}
JSON_BODIES = ("application/json", "application/merge-patch+json")


@schemathesis.hook
def after_call(_, case, response):
    if PATCHES and case.operation.label == "GET /clients" and response.status_code == 200:
        for client in json.loads(response.text)["clients"]:
            place = (client["provider"], client.get("userPoolId"))
            CLIENTS.setdefault(place, set()).add(client["id"])


def is_patch(case):
    return PATCHES and case.operation.label == "PATCH /clients/{clientId}"


@schemathesis.hook
def filter_case(_, case):
    return not is_patch(case) or case.media_type in JSON_BODIES


@schemathesis.hook
def map_case(_, case):
    if not is_patch(case) or not isinstance(case.body, dict):
        return case
    query = dict(case.query or {})
    provider = case.body.get("provider", query.get("provider", "auth0"))
    places = sorted(place for place in CLIENTS if place[0] == provider)
    if not places:
        return case
    pool = places[0][1]
    ids = sorted(CLIENTS[places[0]])
    given = str((case.path_parameters or {}).get("clientId"))
    case.path_parameters = {"clientId": given if given in ids else ids[len(given) % len(ids)]}
    # The pool stands where the provider does, and nowhere else: the body goes before the query.
    query.pop("userPoolId", None)
    body = {name: value for name, value in case.body.items() if name != "userPoolId"}
    if "provider" in body:
        query.pop("provider", None)
    if pool is not None:
        (body if "provider" in body else query)["userPoolId"] = pool
    case.body, case.query = body, query
    return case


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
