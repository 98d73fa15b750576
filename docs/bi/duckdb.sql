-- DuckDB views over the curated tables. Point them at an account with the first five lines, or at a folder with one:
--   SET VARIABLE lake = './curated';      -- after: npx landline export --curated --to ./curated
INSTALL azure;
LOAD azure;
CREATE OR REPLACE SECRET landline (TYPE azure, PROVIDER credential_chain, ACCOUNT_NAME '<data account>');
SET VARIABLE lake = 'az://curated';
SET TimeZone = 'UTC';

-- One row per call, message, aggregate and action: conflicting versions of a row stay in the files and out of the views.
CREATE OR REPLACE VIEW fact_call AS
  SELECT * FROM read_parquet(getvariable('lake') || '/v1/fact_call/*/*/*.parquet') WHERE conflict_ordinal = 0;
CREATE OR REPLACE VIEW fact_message AS
  SELECT * FROM read_parquet(getvariable('lake') || '/v1/fact_message/*/*/*.parquet') WHERE conflict_ordinal = 0;
CREATE OR REPLACE VIEW fact_dialout_usage AS
  SELECT * FROM read_parquet(getvariable('lake') || '/v1/fact_dialout_usage/*/*/*.parquet') WHERE conflict_ordinal = 0;
CREATE OR REPLACE VIEW fact_blocked_user AS
  SELECT * FROM read_parquet(getvariable('lake') || '/v1/fact_blocked_user/*/*/*.parquet') WHERE conflict_ordinal = 0;
CREATE OR REPLACE VIEW partition_status AS
  SELECT * FROM read_parquet(getvariable('lake') || '/v1/partition_status/*.parquet');
CREATE OR REPLACE VIEW dim_call_type AS
  SELECT * FROM read_parquet(getvariable('lake') || '/v1/dim_call_type/*.parquet');
CREATE OR REPLACE VIEW dim_license AS
  SELECT * FROM read_parquet(getvariable('lake') || '/v1/dim_license/*.parquet');
CREATE OR REPLACE VIEW dim_country AS
  SELECT * FROM read_parquet(getvariable('lake') || '/v1/dim_country/*.parquet');
CREATE OR REPLACE VIEW dim_message_status AS
  SELECT * FROM read_parquet(getvariable('lake') || '/v1/dim_message_status/*.parquet');
