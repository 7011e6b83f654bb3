"""The server: photos come in over HTTP, wait in a queue, and leave as heads. See docs/serve.md.

    settings   what one server was told
    jobs       the record of a job and the transitions that it may take; two stores keep them
    files      where uploads and results lie
    queue      which job is next: huey
    worker     a process that makes heads;  make: one photo to the files of its head
    supervise  starts the workers, replaces the dead, gives lost jobs back, removes what expired
    api        the HTTP side, with upload, status, guard, problems, metrics, page
    run        all of it together

Nothing is imported here: `import faceborn` must not wait for a web framework.
"""
