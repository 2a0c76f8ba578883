"""Where no provider is set, there is no such way in."""

import httpx2
import pytest

pytestmark = pytest.mark.one_database


async def test_the_way_through_an_office_is_closed_unless_it_is_set(client: httpx2.AsyncClient) -> None:
    assert "Through your office" not in (await client.get("/en/sign-in")).text
    assert (await client.get("/en/sign-in/provider")).status_code == 404
    assert (await client.get("/en/sign-in/provider/callback?code=x&state=y")).status_code == 404
