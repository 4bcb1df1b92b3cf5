"""Searching: passages without an answer."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from qa.assistant import Assistant
from qa.web.api.openapi_examples import PASSAGE, example
from qa.web.errors.openapi import documented
from qa.web.schemas import SearchRequest, SearchResponse, json_body


def routes(assistant: Assistant) -> APIRouter:
    """/search."""
    routes = APIRouter(dependencies=[Depends(json_body)], responses=documented(409, 413, 415, 422))

    @routes.post(
        "/search",
        summary="Search for passages",
        response_description="The passages that fit best, best first",
        responses=example({"hits": [PASSAGE]}),
    )
    def search(body: SearchRequest) -> SearchResponse:
        """No model speaks. `score` ranks the hits of one search, from 0 to 1."""
        hits = assistant.search(body.query, k=body.k, filters=body.limits, collection=body.collection)
        return SearchResponse(hits=hits)

    return routes
