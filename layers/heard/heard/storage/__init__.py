"""The only package that talks to DynamoDB and SSM.

It knows keys, transactions and encryption, and no rule.

| table | item | partition key | sort key |
| --- | --- | --- | --- |
| Setup | business | `BUSINESS#{business}` | `PROFILE` |
| Setup | version of its policy | `BUSINESS#{business}` | `POLICY#{number}` |
| Setup | person | `PERSON#{subject}` | `PROFILE` |
| Setup | connection | `CONNECTION#{connection}` | `PROFILE` |
| Work | review's state, with its thread's where they are one | digest of the review's id | `STATE` |
| Work | thread's state, where it has several reviews | digest of the thread's id | `STATE` |
| Work | revision (sealed text) | digest of the review's id | `REVISION#{revision}#{digest}` |
| Work | reply (sealed text) | digest of the thread's id | `REPLY#{reply}` |
| Work | follow-up | its id | `FOLLOW_UP` |
| Work | task token of its workflow | its id | `TOKEN` |
| Work | note of an answer (sealed text) | the follow-up's id | `NOTE#{agent}/{answer}` |
| Work | latest human replies, by reference (TTL) | `WORDING#{business}` | `{at}#{reply}` |
| Work | author (key, complaints, value, what they were last told) | its id | `AUTHOR` |
| Work | page: the last variant said on it | `PAGE#{digest}` | `LAST_VARIANT` |
| Work | optional engine's calls (TTL) | `ENGINE#{engine}` | `{day}` |
| Work | quarantined delivery | `QUARANTINE#{business}` | `{received}#{delivery}` |
| Outcomes | outcome | review's id | sequence number |

| access | index | key |
| --- | --- | --- |
| a business's connections | Setup `by_business` | business, kind |
| open follow-ups of a business by due time | Work `open_follow_ups` (sparse) | business, due time |
| what nobody has looked at for too long | Work `sweep` (sparse) | day and shard, time |
| outcomes of a business between two times | Outcomes `by_day` | business, day and shard; time and id |
"""
