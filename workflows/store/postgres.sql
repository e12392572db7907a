-- The log in PostgreSQL, form 3. Run once by `quorate migrate`, in one transaction.
CREATE SCHEMA quorate;

CREATE TABLE quorate.form (version integer NOT NULL);

CREATE TABLE quorate.stored_events (
    notification_id bigint PRIMARY KEY,
    originator_id text COLLATE "C" NOT NULL,
    originator_version bigint NOT NULL,
    topic text COLLATE "C" NOT NULL,
    state bytea NOT NULL,
    leaf bytea NOT NULL,
    clock text COLLATE "C" NOT NULL,
    UNIQUE (originator_id, originator_version)
);
CREATE INDEX stored_events_clock ON quorate.stored_events (clock, notification_id);

CREATE TABLE quorate.nodes (position bigint PRIMARY KEY, hashes bytea NOT NULL);

CREATE TABLE quorate.documents (digest text COLLATE "C" PRIMARY KEY, bytes bytea NOT NULL);

CREATE TABLE quorate.private (
    digest text COLLATE "C" PRIMARY KEY,
    position bigint NOT NULL,
    stream text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    disclosure bytea NOT NULL,
    owner text COLLATE "C" NOT NULL
);
CREATE INDEX private_position ON quorate.private (position);
CREATE INDEX private_stream_name ON quorate.private (stream, name, position);
CREATE INDEX private_owner ON quorate.private (owner);

-- What private values are sealed with; a key that was destroyed leaves its name behind.
CREATE TABLE quorate.keys (
    owner text COLLATE "C" NOT NULL,
    generation integer NOT NULL,
    key bytea,
    PRIMARY KEY (owner, generation)
);

-- Of which events everything was disposed of, so that no older copy brings it back.
CREATE TABLE quorate.disposed (
    position bigint NOT NULL,
    leaf bytea NOT NULL,
    sha256 text COLLATE "C",
    PRIMARY KEY (position, leaf)
);

CREATE TABLE quorate.commands (
    id text COLLATE "C" PRIMARY KEY,
    request_digest text COLLATE "C" NOT NULL,
    first bigint NOT NULL,
    last bigint NOT NULL,
    answer bytea NOT NULL
);

CREATE FUNCTION quorate.never() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE integrity_constraint_violation USING MESSAGE = 'what is on record is never changed or deleted';
END $$;

CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON quorate.stored_events
    FOR EACH ROW EXECUTE FUNCTION quorate.never();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON quorate.stored_events
    FOR EACH STATEMENT EXECUTE FUNCTION quorate.never();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON quorate.nodes
    FOR EACH ROW EXECUTE FUNCTION quorate.never();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON quorate.nodes
    FOR EACH STATEMENT EXECUTE FUNCTION quorate.never();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON quorate.documents
    FOR EACH ROW EXECUTE FUNCTION quorate.never();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON quorate.documents
    FOR EACH STATEMENT EXECUTE FUNCTION quorate.never();

CREATE FUNCTION quorate.in_order() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last record;
BEGIN
    SELECT notification_id, clock INTO last FROM quorate.stored_events
        ORDER BY notification_id DESC LIMIT 1;
    IF NEW.notification_id <> coalesce(last.notification_id, 0) + 1 THEN
        RAISE integrity_constraint_violation
            USING MESSAGE = 'a position is one above the greatest';
    END IF;
    IF NEW.clock < last.clock THEN
        RAISE integrity_constraint_violation
            USING MESSAGE = 'the clock of the log never goes back';
    END IF;
    IF NEW.originator_version <> 1 + coalesce((
        SELECT max(originator_version) FROM quorate.stored_events
        WHERE originator_id = NEW.originator_id), 0)
    THEN
        RAISE integrity_constraint_violation
            USING MESSAGE = 'a version is one above the greatest of its stream';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER in_order BEFORE INSERT ON quorate.stored_events
    FOR EACH ROW EXECUTE FUNCTION quorate.in_order();

-- The nodes that a leaf completes, lowest first and as one; the leaf at `size` is not needed
-- anywhere else. Source: RFC 6962 section 2.1; `domain.merkle.completed` says the same.
CREATE FUNCTION quorate.completed(size bigint, leaf bytea) RETURNS bytea LANGUAGE plpgsql AS $$
DECLARE
    node bytea := leaf;
    width bigint := 1;
    made bytea := '';
    ending bytea;
BEGIN
    WHILE size % (2 * width) = 0 LOOP
        ending := coalesce(
            (SELECT substr(n.hashes, length(n.hashes) - 31) FROM quorate.nodes n
             WHERE n.position = size - width),
            (SELECT e.leaf FROM quorate.stored_events e WHERE e.notification_id = size - width));
        IF ending IS NULL THEN
            RAISE internal_error USING MESSAGE =
                format('the tree of the log holds no node ending at %s', size - width);
        END IF;
        node := sha256('\x01'::bytea || ending || node);
        made := made || node;
        width := 2 * width;
    END LOOP;
    RETURN made;
END $$;

-- Appends of many commands, each all or nothing, in the order given; what is said of each comes
-- back as one row. Only one transaction at a time is past the first line, and it is visible to
-- everybody before the next one is: so positions are gapless, and whoever has seen one has seen,
-- or can see, every one below it.
CREATE FUNCTION quorate.append(
    commands text[], request_digests text[], answers bytea[], check_counts integer[],
    event_counts integer[], check_streams text[], check_versions bigint[],
    streams text[], versions bigint[], topics text[], states bytea[], leaves bytea[], ats text[],
    document_events integer[], document_digests text[], document_contents bytea[],
    private_events integer[], private_digests text[], private_names text[],
    private_values bytea[], private_owners text[]
) RETURNS TABLE (
    said text, first_position bigint, last_position bigint, moved text, stood bigint,
    expected bigint
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    head bigint;
    latest text COLLATE "C";
    before bigint;
    grown boolean := false;
    made bytea;
    checked integer := 0;
    written integer := 0;
    documented integer := 1;
    kept integer := 1;
BEGIN
    PERFORM pg_advisory_xact_lock({lock});
    SELECT e.notification_id, e.clock INTO head, latest FROM quorate.stored_events e
        ORDER BY e.notification_id DESC LIMIT 1;
    head := coalesce(head, 0);
    latest := coalesce(latest, '');
    FOR c IN 1 .. cardinality(commands) LOOP
        said := 'done'; first_position := 0; last_position := 0;
        moved := NULL; stood := NULL; expected := NULL;
        IF commands[c] IS NOT NULL THEN
            SELECT CASE WHEN k.request_digest = request_digests[c] THEN 'already' ELSE 'reused' END
                INTO said FROM quorate.commands k WHERE k.id = commands[c];
            said := coalesce(said, 'done');
        END IF;
        IF said = 'done' THEN
            FOR i IN checked + 1 .. checked + check_counts[c] LOOP
                stood := coalesce((SELECT max(e.originator_version) FROM quorate.stored_events e
                                   WHERE e.originator_id = check_streams[i]), 0);
                IF stood <> check_versions[i] THEN
                    said := 'conflict'; moved := check_streams[i]; expected := check_versions[i];
                    EXIT;
                END IF;
            END LOOP;
        END IF;
        IF said = 'done' THEN
            before := head;
            FOR i IN written + 1 .. written + event_counts[c] LOOP
                head := head + 1;
                latest := greatest(latest, ats[i] COLLATE "C");
                INSERT INTO quorate.stored_events VALUES
                    (head, streams[i], versions[i], topics[i], states[i], leaves[i], latest);
                IF head % 2 = 0 THEN
                    made := quorate.completed(head, leaves[i]);
                    INSERT INTO quorate.nodes VALUES (head, made);
                END IF;
                WHILE documented <= cardinality(document_events)
                    AND document_events[documented] <= i
                LOOP
                    IF document_events[documented] = i THEN
                        INSERT INTO quorate.documents VALUES
                            (document_digests[documented], document_contents[documented])
                            ON CONFLICT DO NOTHING;
                    END IF;
                    documented := documented + 1;
                END LOOP;
                WHILE kept <= cardinality(private_events) AND private_events[kept] <= i LOOP
                    IF private_events[kept] = i THEN
                        INSERT INTO quorate.private VALUES
                            (private_digests[kept], head, streams[i], private_names[kept],
                             private_values[kept], private_owners[kept]);
                    END IF;
                    kept := kept + 1;
                END LOOP;
            END LOOP;
            IF head > before THEN
                first_position := before + 1; last_position := head; grown := true;
            END IF;
            IF commands[c] IS NOT NULL THEN
                INSERT INTO quorate.commands VALUES
                    (commands[c], request_digests[c], first_position, last_position, answers[c]);
            END IF;
        END IF;
        checked := checked + check_counts[c];
        written := written + event_counts[c];
        RETURN NEXT;
    END LOOP;
    IF grown THEN
        PERFORM pg_notify('{channel}', '');
    END IF;
END $$;
