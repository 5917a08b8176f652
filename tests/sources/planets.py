"""A real REST server for the tests: FastAPI and uvicorn on loopback, with a document that FastAPI wrote itself."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import uvicorn
from fastapi import Depends, FastAPI, Header, HTTPException, Query, Request, Response
from fastapi import Path as InPath
from fastapi.security import APIKeyHeader
from pydantic import BaseModel, Field

PLANETS = json.loads((Path(__file__).parent.parent / "data" / "planets.json").read_text())
KEY = "pl4n3t-k3y/+x"


class Kind(StrEnum):
    rock = "rock"
    gas = "gas"
    ice = "ice"


class Place(BaseModel):
    planet: str
    latitude: float = Field(ge=-90, le=90)


class Trip(BaseModel):
    start: Place
    stops: list[Place] = []
    crew: int = Field(default=2, ge=1, examples=[3])
    note: str | None = None


class Planet(BaseModel):
    id: int
    name: str
    kind: Kind
    radius_km: float
    moons: list[str]


@contextmanager
def planets() -> Iterator[tuple[str, list[Request]]]:
    """Serve until the block ends; yields the base URL and the requests that came."""
    app, seen = FastAPI(title="Planets"), []
    needs_key = Depends(APIKeyHeader(name="X-Api-Key"))

    @app.middleware("http")
    async def note(request: Request, go_on: Any) -> Any:
        seen.append(request)
        return await go_on(request)

    @app.get("/planets", tags=["Planets"])
    def list_planets(
        kind: Annotated[list[Kind] | None, Query(description="Only of these kinds.")] = None,
        min_radius: Annotated[float, Query(ge=0, description="Smallest radius in km.", examples=[5000])] = 0,
    ) -> list[Planet]:
        """List the planets, by distance from the sun."""
        found = [p for p in PLANETS if (not kind or p["kind"] in kind) and p["radius_km"] >= min_radius]
        return [Planet(**p) for p in found]

    @app.get("/planets/{planet_id}", tags=["Planets"], operation_id="getPlanetById")
    def get_planet(planet_id: Annotated[int, InPath(ge=1, examples=[3, 5])]) -> Planet:
        """Return one planet."""
        for planet in PLANETS:
            if planet["id"] == planet_id:
                return Planet(**planet)
        raise HTTPException(404, "there is no such planet")

    @app.get("/moons/{name}", tags=["Moons"])
    def find_moon(name: str, x_language: Annotated[str, Header()] = "en") -> dict[str, str]:
        """Say whose moon it is."""
        owner = next((p["name"] for p in PLANETS if name in p["moons"]), "nobody")
        return {"moon": name, "of": owner, "language": x_language}

    @app.post("/trips", tags=["Trips"])
    def plan_trip(trip: Trip, dry: bool = False) -> dict[str, Any]:
        """Plan a trip."""
        return {"stops": len(trip.stops) + 1, "crew": trip.crew, "from": trip.start.planet, "dry": dry}

    @app.get("/secret", deprecated=True)
    def secret(request: Request, key: str = needs_key) -> Any:
        """Show what came."""
        if key != KEY:
            raise HTTPException(403, f"the key {key} is wrong")
        return {"headers": dict(request.headers), "query": str(request.url), key: [key]}

    @app.get("/text")
    def text() -> Response:
        return Response("plain words", media_type="text/plain")

    @app.get("/picture")
    def picture() -> Response:
        return Response(b"\x89PNG", media_type="image/png")

    @app.get("/nothing", status_code=204)
    def nothing() -> None:
        return None

    @app.get("/broken")
    def broken() -> None:
        raise HTTPException(500, "on fire")

    class Server(uvicorn.Server):
        def install_signal_handlers(self) -> None:
            pass

    server = Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        thread.join(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}", seen
    finally:
        server.should_exit = True
        thread.join()
