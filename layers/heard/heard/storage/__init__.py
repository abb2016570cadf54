"""The only package that talks to DynamoDB, S3 and SSM, and to the key of seals.

It knows keys, transactions and encryption. It makes no decision about a review. It holds some waits
and limits, because writes and indexes are made of them:

* when the sweep finds what is stuck (`sweep_index`)
* when a moderating platform is asked again (`replies`)
* how long wordings, delivery notes, counters, ended holds and the quarantine are kept (`replies`,
  `deliveries`, `engine_budget`, `holds`, `quarantine`), drafts (`drafts`), and follow-ups put off
  (`desk_settings`)
* how long an author without reviews is marked before their key is deleted (`vault`)
* the two-reply cap, as a condition of the write (R04, `case_store`)
* that nobody overwrites a page's last variant without having read it (R10, `replies`)

In the keys, `{digest}` is that of the id of a review or a thread. TTL means that the item expires.

| table | item | partition key | sort key |
| --- | --- | --- | --- |
| Setup | business | `BUSINESS#{business}` | `PROFILE` |
| Setup | version of its policy | `BUSINESS#{business}` | `POLICY#{number}` |
| Setup | person | `PERSON#{subject}` | `PROFILE` |
| Setup | person in the list of a business | `COLLEAGUE#{business}` | `{subject}` |
| Setup | preferences for the desk | `DESK#{subject}` | `PREFERENCES` |
| Setup | follow-up that a person sees later (TTL) | `DESK#{subject}` | `LATER#{follow-up}` |
| Setup | erasure of an author (TTL) | `ERASED#{business}` | `{time}#{author}` |
| Setup | retention of a business | `RETENTION` | `{business}` |
| Setup | hold (TTL) | `HOLD#{business}` | `{hold}` |
| Setup | connection | `CONNECTION#{connection}` | `PROFILE` |
| Setup | poll state of a connection | `CONNECTION#{connection}` | `POLL` |
| Setup | reviews that its polls have seen | `CONNECTION#{connection}` | `SEEN` |
| Cases | state of a review, a thread, or both | `{digest}` | `STATE` |
| Cases | revision (sealed text) | `{digest}` | `REVISION#{revision}#{commitment}` |
| Cases | reply (sealed text, with the note on it) | `{digest}` | `REPLY#{reply}` |
| Cases | follow-up | `{follow-up}` | `FOLLOW_UP` |
| Cases | task token of its workflow | `{follow-up}` | `TOKEN` |
| Cases | note on an answer without reply (sealed) | `{follow-up}` | `NOTE#{agent}/{resolution}` |
| Cases | note without an answer (sealed text) | `{follow-up}` | `NOTE#{agent}#{note}` |
| Cases | draft of an agent (sealed text, TTL) | `{follow-up}` | `DRAFT#{agent}` |
| Cases | wording of a person's reply (TTL) | `WORDING#{business}` | `{time}#{reply}` |
| Cases | author: key, first review, complaints, value; or tombstone (TTL) | `{author}` | `AUTHOR` |
| Cases | later review of an author | `{author}` | `REVIEW#{review}` |
| Cases | last day that retention is done with | `RETENTION#{business}` | `POSITION` |
| Cases | review whose texts are being deleted | `RETENTION#{business}` | `REVIEW#{review}` |
| Cases | last variant on a page | `PAGE#{page}` | `LAST_VARIANT` |
| Cases | calls of an optional engine (TTL) | `ENGINE#{engine}` | `{day}` |
| Cases | quarantined delivery: its key (TTL) | `QUARANTINE#{business}` | `{time}#{delivery}` |
| Cases | what it says (sealed, TTL) | `{delivery}` | `CONTENT` |
| Cases | note on a webhook (TTL) | `DELIVERY#{connection}` | `{time}#{result}#{reason}` |
| Outcomes | outcome | `{review}` | `{sequence}` |

| index | table | partition key | sort key | holds |
| --- | --- | --- | --- | --- |
| `by_business` | Setup | `business` | `kind` | connections of a business; all businesses |
| `polls` | Setup | `poll_bucket` | `poll_at` | connections to poll, by when (sparse) |
| `open_follow_ups` | Cases | `open_for` | `due` | the follow-ups that wait for a person (sparse) |
| `sweep` | Cases | `sweep_bucket` | `sweep_at` | what may be stuck, by when (sparse) |
| `by_day` | Outcomes | `business_day` | `at_id` | a business's outcomes by time |
"""
