"""What an interview leaves behind: the event log, its repositories, the migrations and the embedded Postgres.

No engine, no room and no settings here: connection strings and folders come in as values.
"""
