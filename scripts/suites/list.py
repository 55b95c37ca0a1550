"""Lists clients with the generated client: url and token are the arguments."""

import sys

import clientry_client
from clientry_client.api.clients_api import ClientsApi

url, token = sys.argv[1:]
configuration = clientry_client.Configuration(host=url, access_token=token)
with clientry_client.ApiClient(configuration) as api:
    clients = ClientsApi(api)
    page = clients.list_clients()
    ids = [client.id for client in page.clients]
    assert "exampleClientId" in ids, ids
    one = clients.get_client("exampleClientId", provider="auth0")
    assert one is not None
