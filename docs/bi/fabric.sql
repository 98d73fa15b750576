-- Fabric warehouse views over the curated tables, written by `node tools/dictionary.ts`. Once:
--   1. In a lakehouse: Files, New shortcut, Azure Data Lake Storage Gen2 (or Azure Blob Storage).
--   2. Address https://<data account>.dfs.core.windows.net, path /curated, name: curated (paths are case-sensitive).
--   3. The shortcut's identity needs Storage Blob Data Reader on the container `curated`.
--   4. Replace <workspace> and <lakehouse> below by their ids or names.
--   5. Leave out the view of a table that has no folder in the shortcut: none of your logs fills it yet.
--   6. Run this in a warehouse of the same workspace.
GO
CREATE OR ALTER VIEW fact_call AS
SELECT files.*, CAST(files.filepath(2) AS date) AS [date]
FROM OPENROWSET(
  BULK 'https://onelake.dfs.fabric.microsoft.com/<workspace>/<lakehouse>.Lakehouse/Files/curated/v1/fact_call/dataset=*/date=*/part-0.parquet', FORMAT = 'PARQUET'
  ) WITH (
    [key] varchar(max),
    [source_dataset] varchar(max),
    [day] date,
    [row_ordinal] bigint,
    [revision] int,
    [conflict_ordinal] int,
    [route] varchar(max),
    [source_id] varchar(max),
    [call_id] varchar(max),
    [correlation_id] varchar(max),
    [transferor_correlation_id] varchar(max),
    [conference_id] varchar(max),
    [call_type] varchar(max),
    [call_class] varchar(max),
    [direction] varchar(max),
    [user_id] varchar(max),
    [user_principal_name] varchar(max),
    [user_display_name] varchar(max),
    [caller_number] varchar(max),
    [callee_number] varchar(max),
    [started_at] datetime2(6),
    [started_at_text] varchar(max),
    [invited_at] datetime2(6),
    [invited_at_text] varchar(max),
    [failed_at] datetime2(6),
    [failed_at_text] varchar(max),
    [ended_at] datetime2(6),
    [ended_at_text] varchar(max),
    [duration_seconds] int,
    [successful] bit,
    [charge] decimal(18,6),
    [connection_charge] decimal(18,6),
    [currency] varchar(max),
    [destination_context] varchar(max),
    [destination_name] varchar(max),
    [usage_country_code] varchar(max),
    [user_country_code] varchar(max),
    [tenant_country_code] varchar(max),
    [other_party_country_code] varchar(max),
    [license_capability] varchar(max),
    [inventory_type] varchar(max),
    [operator] varchar(max),
    [call_duration_source] varchar(max),
    [final_sip_code] int,
    [final_sip_code_phrase] varchar(max),
    [call_end_sub_reason] int,
    [trunk_fqdn] varchar(max),
    [media_path_location] varchar(max),
    [signaling_location] varchar(max),
    [media_bypass_enabled] bit,
    [client_local_ipv4] varchar(max),
    [client_local_ipv6] varchar(max),
    [client_public_ipv4] varchar(max),
    [client_public_ipv6] varchar(max),
    [administrative_units_json] varchar(max),
    [extra_json] varchar(max)
  ) AS files
WHERE conflict_ordinal = 0;
GO
CREATE OR ALTER VIEW fact_message AS
SELECT files.*, CAST(files.filepath(2) AS date) AS [date]
FROM OPENROWSET(
  BULK 'https://onelake.dfs.fabric.microsoft.com/<workspace>/<lakehouse>.Lakehouse/Files/curated/v1/fact_message/dataset=*/date=*/part-0.parquet', FORMAT = 'PARQUET'
  ) WITH (
    [key] varchar(max),
    [source_dataset] varchar(max),
    [day] date,
    [row_ordinal] bigint,
    [revision] int,
    [conflict_ordinal] int,
    [channel] varchar(max),
    [source_id] varchar(max),
    [sms_id] varchar(max),
    [transaction_id] varchar(max),
    [message_type] varchar(max),
    [direction_code] varchar(max),
    [direction] varchar(max),
    [sent_at] datetime2(6),
    [sent_at_text] varchar(max),
    [source_number] varchar(max),
    [destination_number] varchar(max),
    [units] int,
    [charge] decimal(18,6),
    [currency] varchar(max),
    [status_code] varchar(max),
    [delivery_status] varchar(max),
    [status_class] varchar(max),
    [error_message] varchar(max),
    [message_text] varchar(max),
    [user_id] varchar(max),
    [user_principal_name] varchar(max),
    [user_display_name] varchar(max),
    [user_country_code] varchar(max),
    [tenant_country_code] varchar(max),
    [other_party_country_code] varchar(max),
    [destination_context] varchar(max),
    [destination_name] varchar(max),
    [license_capability] varchar(max),
    [administrative_units_json] varchar(max),
    [extra_json] varchar(max)
  ) AS files
WHERE conflict_ordinal = 0;
GO
CREATE OR ALTER VIEW fact_dialout_usage AS
SELECT files.*, CAST(files.filepath(2) AS date) AS [date]
FROM OPENROWSET(
  BULK 'https://onelake.dfs.fabric.microsoft.com/<workspace>/<lakehouse>.Lakehouse/Files/curated/v1/fact_dialout_usage/dataset=*/date=*/part-0.parquet', FORMAT = 'PARQUET'
  ) WITH (
    [key] varchar(max),
    [source_dataset] varchar(max),
    [day] date,
    [row_ordinal] bigint,
    [revision] int,
    [conflict_ordinal] int,
    [user_id] varchar(max),
    [user_principal_name] varchar(max),
    [user_display_name] varchar(max),
    [usage_location] varchar(max),
    [destination_context] varchar(max),
    [currency] varchar(max),
    [total_calls] int,
    [total_call_seconds] int,
    [total_call_charge] decimal(18,6),
    [extra_json] varchar(max)
  ) AS files
WHERE conflict_ordinal = 0;
GO
CREATE OR ALTER VIEW fact_blocked_user AS
SELECT files.*, CAST(files.filepath(2) AS date) AS [date]
FROM OPENROWSET(
  BULK 'https://onelake.dfs.fabric.microsoft.com/<workspace>/<lakehouse>.Lakehouse/Files/curated/v1/fact_blocked_user/dataset=*/date=*/part-0.parquet', FORMAT = 'PARQUET'
  ) WITH (
    [key] varchar(max),
    [source_dataset] varchar(max),
    [day] date,
    [row_ordinal] bigint,
    [revision] int,
    [conflict_ordinal] int,
    [remediation_id] varchar(max),
    [blocked_at] datetime2(6),
    [blocked_at_text] varchar(max),
    [block_mode] varchar(max),
    [block_class] varchar(max),
    [block_reason] varchar(max),
    [user_id] varchar(max),
    [user_principal_name] varchar(max),
    [user_display_name] varchar(max),
    [user_telephone_number] varchar(max),
    [extra_json] varchar(max)
  ) AS files
WHERE conflict_ordinal = 0;
GO
CREATE OR ALTER VIEW partition_status AS
SELECT files.*
FROM OPENROWSET(
  BULK 'https://onelake.dfs.fabric.microsoft.com/<workspace>/<lakehouse>.Lakehouse/Files/curated/v1/partition_status/part-0.parquet', FORMAT = 'PARQUET'
  ) WITH (
    [source_dataset] varchar(max),
    [day] date,
    [state] varchar(max),
    [rows] bigint,
    [revision] int,
    [curated_revision] int,
    [landed_at] datetime2(6),
    [checked_at] datetime2(6),
    [settled_at] datetime2(6),
    [rows_added] bigint,
    [rows_changed] bigint,
    [rows_removed] bigint,
    [open_seam] varchar(max),
    [open_seam_day] date
  ) AS files;
GO
CREATE OR ALTER VIEW dim_call_type AS
SELECT files.*
FROM OPENROWSET(
  BULK 'https://onelake.dfs.fabric.microsoft.com/<workspace>/<lakehouse>.Lakehouse/Files/curated/v1/dim_call_type/part-0.parquet', FORMAT = 'PARQUET'
  ) WITH (
    [call_type] varchar(max),
    [direction] varchar(max),
    [call_class] varchar(max),
    [meaning] varchar(max)
  ) AS files;
GO
CREATE OR ALTER VIEW dim_license AS
SELECT files.*
FROM OPENROWSET(
  BULK 'https://onelake.dfs.fabric.microsoft.com/<workspace>/<lakehouse>.Lakehouse/Files/curated/v1/dim_license/part-0.parquet', FORMAT = 'PARQUET'
  ) WITH (
    [license_capability] varchar(max),
    [license_class] varchar(max),
    [meaning] varchar(max)
  ) AS files;
GO
CREATE OR ALTER VIEW dim_country AS
SELECT files.*
FROM OPENROWSET(
  BULK 'https://onelake.dfs.fabric.microsoft.com/<workspace>/<lakehouse>.Lakehouse/Files/curated/v1/dim_country/part-0.parquet', FORMAT = 'PARQUET'
  ) WITH (
    [country_code] varchar(max),
    [country_name] varchar(max),
    [hidden_digits] int
  ) AS files;
GO
CREATE OR ALTER VIEW dim_message_status AS
SELECT files.*
FROM OPENROWSET(
  BULK 'https://onelake.dfs.fabric.microsoft.com/<workspace>/<lakehouse>.Lakehouse/Files/curated/v1/dim_message_status/part-0.parquet', FORMAT = 'PARQUET'
  ) WITH (
    [status_column] varchar(max),
    [status_code] varchar(max),
    [status_class] varchar(max),
    [meaning] varchar(max)
  ) AS files;
GO
