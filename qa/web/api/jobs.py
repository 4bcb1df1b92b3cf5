"""Jobs: how far adding is that was not waited for."""

from __future__ import annotations

from fastapi import APIRouter

from qa.schemas import Job
from qa.web.api.openapi_examples import JOB, example
from qa.web.errors.openapi import documented
from qa.web.jobs import Jobs


def routes(jobs: Jobs) -> APIRouter:
    """/jobs and below."""
    routes = APIRouter()

    @routes.get("/jobs", summary="List the jobs", responses=example({"jobs": [JOB]}))
    def list_jobs() -> dict[str, tuple[Job, ...]]:
        """Newest first; those that have ended for an hour, and at most the last hundred of them."""
        return {"jobs": jobs.all()}

    @routes.get("/jobs/{job_id}", summary="How far is a job?", responses=example(JOB) | documented(404, 422))
    def read_job(job_id: str) -> Job:
        """The outcomes so far. What is told here is kept, whatever happens afterwards."""
        return jobs.job(job_id)

    @routes.delete(
        "/jobs/{job_id}",
        summary="Cancel a job",
        responses=example(JOB | {"status": "cancelled"}) | documented(404, 422),
    )
    def cancel_job(job_id: str) -> Job:
        """No more is added, but for the articles that are being kept just now; what was added stays. A job
        that has ended stays as it is.
        """
        return jobs.cancel(job_id)

    return routes
