"""
Canaille on a loopback port for tests, with routes below /_test, by which they look at clients and change them behind
every API: the stored models themselves. It prints its port, and ends when its standard input does.
"""

import datetime
import json
import os
import sys
import threading

from flask import request
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

from canaille import create_app
from canaille.app import models
from canaille.app.flask import csrf
from canaille.backends import Backend
from canaille.oidc.jose import build_client_management_token
from canaille.oidc.models import Client

NOW = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
TIMES = ("client_id_issued_at", "client_secret_expires_at")
MEMBERS = [
    name for name in [*Client.client_info_attributes, *Client.client_metadata_attributes] if name not in TIMES
]

app = create_app(
    {
        "SECRET_KEY": "a-key-of-the-tests-only-0123456789",
        "SERVER_NAME": os.environ["AUTHORITY"],
        "PREFERRED_URL_SCHEME": "http",
        "CANAILLE": {"DATABASE": "memory"},
        "CANAILLE_OIDC": {
            "DYNAMIC_CLIENT_REGISTRATION_OPEN": True,
            "ACTIVE_JWKS": [RSAKey.generate_key(2048, auto_kid=True).as_dict(private=True)],
        },
    }
)


def shown(client):
    members = {name: getattr(client, name) for name in MEMBERS}
    filled = {name: value for name, value in members.items() if value not in (None, "", [])}
    if "jwks" in filled:
        filled["jwks"] = json.loads(filled["jwks"])
    if "scope" in filled:
        filled["scope"] = " ".join(filled["scope"])
    return filled


def stored(client_id):
    return Backend.instance.get(models.Client, client_id=client_id)


@csrf.exempt
@app.get("/_test/<client_id>")
def look(client_id):
    client = stored(client_id)
    return ({}, 404) if client is None else shown(client)


@csrf.exempt
@app.post("/_test/<client_id>/token")
def token(client_id):
    return {"token": build_client_management_token("client:manage", client_id=client_id)}


@csrf.exempt
@app.put("/_test/<client_id>")
def put(client_id):
    members = {name: value for name, value in request.json.items() if name in MEMBERS}
    if "jwks" in members:
        members["jwks"] = json.dumps(members["jwks"])
    if "scope" in members:
        members["scope"] = members["scope"].split(" ")
    former = stored(client_id)
    if former is not None:
        Backend.instance.delete(former)
    client = models.Client(**{**members, "client_id": client_id, "client_id_issued_at": NOW})
    Backend.instance.save(client)
    client.audience = [client]
    Backend.instance.save(client)
    return {}


with app.app_context():
    names = {"user_name": "alice", "family_name": "Example", "formatted_name": "Alice Example"}
    user = models.User(**names, emails=["alice@example.com"])
    Backend.instance.save(user)
    Backend.instance.set_user_password(user, os.environ["PASSWORD"])

server = make_server("127.0.0.1", 0, app, threaded=True)
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
print(server.server_port, flush=True)
server.serve_forever()
