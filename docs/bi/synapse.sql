-- Synapse serverless views over the curated tables, written by `node tools/dictionary.ts`. In a database of your own, once:
CREATE MASTER KEY;
CREATE DATABASE SCOPED CREDENTIAL landline WITH IDENTITY = 'Managed Identity';
CREATE EXTERNAL DATA SOURCE landline WITH (
  LOCATION = 'https://<data account>.blob.core.windows.net/curated', CREDENTIAL = landline
);
-- The workspace's identity needs Storage Blob Data Reader on the container `curated`.
-- Leave out the view of a table that has no folder there: none of your logs fills it yet.
GO
CREATE OR ALTER VIEW fact_call AS
SELECT files.*, CAST(files.filepath(2) AS date) AS [date]
FROM OPENROWSET(
  BULK 'v1/fact_call/dataset=*/date=*/part-0.parquet', DATA_SOURCE = 'landline', FORMAT = 'PARQUET'
  ) WITH (
    [key] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [source_dataset] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [day] date,
    [row_ordinal] bigint,
    [revision] int,
    [conflict_ordinal] int,
    [route] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [source_id] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [call_id] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [correlation_id] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [transferor_correlation_id] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [conference_id] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [call_type] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [call_class] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [direction] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [user_id] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [user_principal_name] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [user_display_name] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [caller_number] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [callee_number] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [started_at] datetime2(6),
    [started_at_text] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [invited_at] datetime2(6),
    [invited_at_text] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [failed_at] datetime2(6),
    [failed_at_text] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [ended_at] datetime2(6),
    [ended_at_text] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [duration_seconds] int,
    [successful] bit,
    [charge] decimal(18,6),
    [connection_charge] decimal(18,6),
    [currency] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [destination_context] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [destination_name] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [usage_country_code] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [user_country_code] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [tenant_country_code] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [other_party_country_code] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [license_capability] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [inventory_type] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [operator] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [call_duration_source] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [final_sip_code] int,
    [final_sip_code_phrase] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [call_end_sub_reason] int,
    [trunk_fqdn] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [media_path_location] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [signaling_location] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [media_bypass_enabled] bit,
    [client_local_ipv4] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [client_local_ipv6] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [client_public_ipv4] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [client_public_ipv6] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [administrative_units_json] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [extra_json] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8
  ) AS files
WHERE conflict_ordinal = 0;
GO
CREATE OR ALTER VIEW fact_message AS
SELECT files.*, CAST(files.filepath(2) AS date) AS [date]
FROM OPENROWSET(
  BULK 'v1/fact_message/dataset=*/date=*/part-0.parquet', DATA_SOURCE = 'landline', FORMAT = 'PARQUET'
  ) WITH (
    [key] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [source_dataset] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [day] date,
    [row_ordinal] bigint,
    [revision] int,
    [conflict_ordinal] int,
    [channel] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [source_id] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [sms_id] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [transaction_id] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [message_type] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [direction_code] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [direction] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [sent_at] datetime2(6),
    [sent_at_text] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [source_number] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [destination_number] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [units] int,
    [charge] decimal(18,6),
    [currency] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [status_code] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [delivery_status] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [status_class] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [error_message] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [message_text] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [user_id] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [user_principal_name] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [user_display_name] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [user_country_code] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [tenant_country_code] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [other_party_country_code] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [destination_context] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [destination_name] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [license_capability] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [administrative_units_json] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [extra_json] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8
  ) AS files
WHERE conflict_ordinal = 0;
GO
CREATE OR ALTER VIEW fact_dialout_usage AS
SELECT files.*, CAST(files.filepath(2) AS date) AS [date]
FROM OPENROWSET(
  BULK 'v1/fact_dialout_usage/dataset=*/date=*/part-0.parquet', DATA_SOURCE = 'landline', FORMAT = 'PARQUET'
  ) WITH (
    [key] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [source_dataset] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [day] date,
    [row_ordinal] bigint,
    [revision] int,
    [conflict_ordinal] int,
    [user_id] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [user_principal_name] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [user_display_name] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [usage_location] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [destination_context] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [currency] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [total_calls] int,
    [total_call_seconds] int,
    [total_call_charge] decimal(18,6),
    [extra_json] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8
  ) AS files
WHERE conflict_ordinal = 0;
GO
CREATE OR ALTER VIEW fact_blocked_user AS
SELECT files.*, CAST(files.filepath(2) AS date) AS [date]
FROM OPENROWSET(
  BULK 'v1/fact_blocked_user/dataset=*/date=*/part-0.parquet', DATA_SOURCE = 'landline', FORMAT = 'PARQUET'
  ) WITH (
    [key] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [source_dataset] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [day] date,
    [row_ordinal] bigint,
    [revision] int,
    [conflict_ordinal] int,
    [remediation_id] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [blocked_at] datetime2(6),
    [blocked_at_text] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [block_mode] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [block_class] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [block_reason] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [user_id] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [user_principal_name] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [user_display_name] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [user_telephone_number] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [extra_json] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8
  ) AS files
WHERE conflict_ordinal = 0;
GO
CREATE OR ALTER VIEW partition_status AS
SELECT files.*
FROM OPENROWSET(
  BULK 'v1/partition_status/part-0.parquet', DATA_SOURCE = 'landline', FORMAT = 'PARQUET'
  ) WITH (
    [source_dataset] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [day] date,
    [state] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [rows] bigint,
    [revision] int,
    [curated_revision] int,
    [landed_at] datetime2(6),
    [checked_at] datetime2(6),
    [settled_at] datetime2(6),
    [rows_added] bigint,
    [rows_changed] bigint,
    [rows_removed] bigint,
    [open_seam] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [open_seam_day] date
  ) AS files;
GO
CREATE OR ALTER VIEW dim_call_type AS
SELECT files.*
FROM OPENROWSET(
  BULK 'v1/dim_call_type/part-0.parquet', DATA_SOURCE = 'landline', FORMAT = 'PARQUET'
  ) WITH (
    [call_type] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [direction] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [call_class] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [meaning] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8
  ) AS files;
GO
CREATE OR ALTER VIEW dim_license AS
SELECT files.*
FROM OPENROWSET(
  BULK 'v1/dim_license/part-0.parquet', DATA_SOURCE = 'landline', FORMAT = 'PARQUET'
  ) WITH (
    [license_capability] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [license_class] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [meaning] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8
  ) AS files;
GO
CREATE OR ALTER VIEW dim_country AS
SELECT files.*
FROM OPENROWSET(
  BULK 'v1/dim_country/part-0.parquet', DATA_SOURCE = 'landline', FORMAT = 'PARQUET'
  ) WITH (
    [country_code] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [country_name] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [hidden_digits] int
  ) AS files;
GO
CREATE OR ALTER VIEW dim_message_status AS
SELECT files.*
FROM OPENROWSET(
  BULK 'v1/dim_message_status/part-0.parquet', DATA_SOURCE = 'landline', FORMAT = 'PARQUET'
  ) WITH (
    [status_column] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [status_code] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [status_class] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8,
    [meaning] varchar(max) COLLATE Latin1_General_100_BIN2_UTF8
  ) AS files;
GO
