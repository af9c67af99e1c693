export { type EmbeddedPostgres as TestPostgres, startPostgres } from '../../../scripts/embedded-postgres.mjs'
