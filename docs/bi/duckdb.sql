-- DuckDB views over the curated tables, written by `node tools/dictionary.ts`. DuckDB 1.1 or later, in every session anew.
-- For a storage account, put its name into the third of the next four statements. For a folder, replace all four by one:
--   SET VARIABLE lake = './curated';      -- after: npx landline export --curated --out ./curated
INSTALL azure;
LOAD azure;
CREATE OR REPLACE SECRET landline (TYPE azure, PROVIDER credential_chain, ACCOUNT_NAME '<data account>');
SET VARIABLE lake = 'az://curated';

-- The rest is the same for both.
SET TimeZone = 'UTC';
SET VARIABLE filled = (
  SELECT list(DISTINCT regexp_extract(file, '[/\\](\w+)[/\\]dataset=', 1))
  FROM glob(getvariable('lake') || '/v1/*/*/*/*.parquet')
);

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

-- One row per call, message, aggregate and action: conflicting versions of a row stay in the files and out of the views.
-- A table that none of your logs has filled is a view without rows, until this is run again.
CREATE OR REPLACE VIEW fact_call AS
  SELECT * FROM query(if(list_contains(getvariable('filled'), 'fact_call'),
    $$ SELECT * FROM read_parquet(getvariable('lake') || '/v1/fact_call/*/*/*.parquet') $$,
    $$ SELECT unnest(NULL::STRUCT(
      key VARCHAR, source_dataset VARCHAR, day DATE, row_ordinal BIGINT, revision INTEGER, conflict_ordinal INTEGER,
      route VARCHAR, source_id VARCHAR, call_id VARCHAR, correlation_id VARCHAR, transferor_correlation_id VARCHAR,
      conference_id VARCHAR, call_type VARCHAR, call_class VARCHAR, direction VARCHAR, user_id VARCHAR,
      user_principal_name VARCHAR, user_display_name VARCHAR, caller_number VARCHAR, callee_number VARCHAR,
      started_at TIMESTAMPTZ, started_at_text VARCHAR, invited_at TIMESTAMPTZ, invited_at_text VARCHAR,
      failed_at TIMESTAMPTZ, failed_at_text VARCHAR, ended_at TIMESTAMPTZ, ended_at_text VARCHAR,
      duration_seconds INTEGER, successful BOOLEAN, charge DECIMAL(18,6), connection_charge DECIMAL(18,6),
      currency VARCHAR, destination_context VARCHAR, destination_name VARCHAR, usage_country_code VARCHAR,
      user_country_code VARCHAR, tenant_country_code VARCHAR, other_party_country_code VARCHAR,
      license_capability VARCHAR, inventory_type VARCHAR, operator VARCHAR, call_duration_source VARCHAR,
      final_sip_code INTEGER, final_sip_code_phrase VARCHAR, call_end_sub_reason INTEGER, trunk_fqdn VARCHAR,
      media_path_location VARCHAR, signaling_location VARCHAR, media_bypass_enabled BOOLEAN, client_local_ipv4 VARCHAR,
      client_local_ipv6 VARCHAR, client_public_ipv4 VARCHAR, client_public_ipv6 VARCHAR,
      administrative_units_json VARCHAR, extra_json VARCHAR, dataset VARCHAR, date DATE
    )) WHERE false $$
  )) WHERE conflict_ordinal = 0;
CREATE OR REPLACE VIEW fact_message AS
  SELECT * FROM query(if(list_contains(getvariable('filled'), 'fact_message'),
    $$ SELECT * FROM read_parquet(getvariable('lake') || '/v1/fact_message/*/*/*.parquet') $$,
    $$ SELECT unnest(NULL::STRUCT(
      key VARCHAR, source_dataset VARCHAR, day DATE, row_ordinal BIGINT, revision INTEGER, conflict_ordinal INTEGER,
      channel VARCHAR, source_id VARCHAR, sms_id VARCHAR, transaction_id VARCHAR, message_type VARCHAR,
      direction_code VARCHAR, direction VARCHAR, sent_at TIMESTAMPTZ, sent_at_text VARCHAR, source_number VARCHAR,
      destination_number VARCHAR, units INTEGER, charge DECIMAL(18,6), currency VARCHAR, status_code VARCHAR,
      delivery_status VARCHAR, status_class VARCHAR, error_message VARCHAR, message_text VARCHAR, user_id VARCHAR,
      user_principal_name VARCHAR, user_display_name VARCHAR, user_country_code VARCHAR, tenant_country_code VARCHAR,
      other_party_country_code VARCHAR, destination_context VARCHAR, destination_name VARCHAR,
      license_capability VARCHAR, administrative_units_json VARCHAR, extra_json VARCHAR, dataset VARCHAR, date DATE
    )) WHERE false $$
  )) WHERE conflict_ordinal = 0;
CREATE OR REPLACE VIEW fact_dialout_usage AS
  SELECT * FROM query(if(list_contains(getvariable('filled'), 'fact_dialout_usage'),
    $$ SELECT * FROM read_parquet(getvariable('lake') || '/v1/fact_dialout_usage/*/*/*.parquet') $$,
    $$ SELECT unnest(NULL::STRUCT(
      key VARCHAR, source_dataset VARCHAR, day DATE, row_ordinal BIGINT, revision INTEGER, conflict_ordinal INTEGER,
      user_id VARCHAR, user_principal_name VARCHAR, user_display_name VARCHAR, usage_location VARCHAR,
      destination_context VARCHAR, currency VARCHAR, total_calls INTEGER, total_call_seconds INTEGER,
      total_call_charge DECIMAL(18,6), extra_json VARCHAR, dataset VARCHAR, date DATE
    )) WHERE false $$
  )) WHERE conflict_ordinal = 0;
CREATE OR REPLACE VIEW fact_blocked_user AS
  SELECT * FROM query(if(list_contains(getvariable('filled'), 'fact_blocked_user'),
    $$ SELECT * FROM read_parquet(getvariable('lake') || '/v1/fact_blocked_user/*/*/*.parquet') $$,
    $$ SELECT unnest(NULL::STRUCT(
      key VARCHAR, source_dataset VARCHAR, day DATE, row_ordinal BIGINT, revision INTEGER, conflict_ordinal INTEGER,
      remediation_id VARCHAR, blocked_at TIMESTAMPTZ, blocked_at_text VARCHAR, block_mode VARCHAR, block_class VARCHAR,
      block_reason VARCHAR, user_id VARCHAR, user_principal_name VARCHAR, user_display_name VARCHAR,
      user_telephone_number VARCHAR, extra_json VARCHAR, dataset VARCHAR, date DATE
    )) WHERE false $$
  )) WHERE conflict_ordinal = 0;
