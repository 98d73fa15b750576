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
    [key] varchar(400),
    [source_dataset] varchar(400),
    [day] date,
    [row_ordinal] bigint,
    [revision] int,
    [conflict_ordinal] int,
    [route] varchar(400),
    [source_id] varchar(400),
    [call_id] varchar(400),
    [correlation_id] varchar(400),
    [transferor_correlation_id] varchar(400),
    [conference_id] varchar(400),
    [call_type] varchar(400),
    [call_class] varchar(400),
    [direction] varchar(400),
    [user_id] varchar(400),
    [user_principal_name] varchar(400),
    [user_display_name] varchar(400),
    [caller_number] varchar(400),
    [callee_number] varchar(400),
    [started_at] datetime2(6),
    [started_at_text] varchar(400),
    [invited_at] datetime2(6),
    [invited_at_text] varchar(400),
    [failed_at] datetime2(6),
    [failed_at_text] varchar(400),
    [ended_at] datetime2(6),
    [ended_at_text] varchar(400),
    [duration_seconds] int,
    [successful] bit,
    [charge] decimal(18,6),
    [connection_charge] decimal(18,6),
    [currency] varchar(400),
    [destination_context] varchar(400),
    [destination_name] varchar(400),
    [usage_country_code] varchar(400),
    [user_country_code] varchar(400),
    [tenant_country_code] varchar(400),
    [other_party_country_code] varchar(400),
    [license_capability] varchar(400),
    [inventory_type] varchar(400),
    [operator] varchar(400),
    [call_duration_source] varchar(400),
    [final_sip_code] int,
    [final_sip_code_phrase] varchar(400),
    [call_end_sub_reason] int,
    [trunk_fqdn] varchar(400),
    [media_path_location] varchar(400),
    [signaling_location] varchar(400),
    [media_bypass_enabled] bit,
    [client_local_ipv4] varchar(400),
    [client_local_ipv6] varchar(400),
    [client_public_ipv4] varchar(400),
    [client_public_ipv6] varchar(400),
    [administrative_units_json] varchar(8000),
    [extra_json] varchar(8000)
  ) AS files
WHERE conflict_ordinal = 0;
GO
CREATE OR ALTER VIEW fact_message AS
SELECT files.*, CAST(files.filepath(2) AS date) AS [date]
FROM OPENROWSET(
  BULK 'https://onelake.dfs.fabric.microsoft.com/<workspace>/<lakehouse>.Lakehouse/Files/curated/v1/fact_message/dataset=*/date=*/part-0.parquet', FORMAT = 'PARQUET'
  ) WITH (
    [key] varchar(400),
    [source_dataset] varchar(400),
    [day] date,
    [row_ordinal] bigint,
    [revision] int,
    [conflict_ordinal] int,
    [channel] varchar(400),
    [source_id] varchar(400),
    [sms_id] varchar(400),
    [transaction_id] varchar(400),
    [message_type] varchar(400),
    [direction_code] varchar(400),
    [direction] varchar(400),
    [sent_at] datetime2(6),
    [sent_at_text] varchar(400),
    [source_number] varchar(400),
    [destination_number] varchar(400),
    [units] int,
    [charge] decimal(18,6),
    [currency] varchar(400),
    [status_code] varchar(400),
    [delivery_status] varchar(400),
    [status_class] varchar(400),
    [error_message] varchar(8000),
    [message_text] varchar(8000),
    [user_id] varchar(400),
    [user_principal_name] varchar(400),
    [user_display_name] varchar(400),
    [user_country_code] varchar(400),
    [tenant_country_code] varchar(400),
    [other_party_country_code] varchar(400),
    [destination_context] varchar(400),
    [destination_name] varchar(400),
    [license_capability] varchar(400),
    [administrative_units_json] varchar(8000),
    [extra_json] varchar(8000)
  ) AS files
WHERE conflict_ordinal = 0;
GO
CREATE OR ALTER VIEW fact_dialout_usage AS
SELECT files.*, CAST(files.filepath(2) AS date) AS [date]
FROM OPENROWSET(
  BULK 'https://onelake.dfs.fabric.microsoft.com/<workspace>/<lakehouse>.Lakehouse/Files/curated/v1/fact_dialout_usage/dataset=*/date=*/part-0.parquet', FORMAT = 'PARQUET'
  ) WITH (
    [key] varchar(400),
    [source_dataset] varchar(400),
    [day] date,
    [row_ordinal] bigint,
    [revision] int,
    [conflict_ordinal] int,
    [user_id] varchar(400),
    [user_principal_name] varchar(400),
    [user_display_name] varchar(400),
    [usage_location] varchar(400),
    [destination_context] varchar(400),
    [currency] varchar(400),
    [total_calls] int,
    [total_call_seconds] int,
    [total_call_charge] decimal(18,6),
    [extra_json] varchar(8000)
  ) AS files
WHERE conflict_ordinal = 0;
GO
CREATE OR ALTER VIEW fact_blocked_user AS
SELECT files.*, CAST(files.filepath(2) AS date) AS [date]
FROM OPENROWSET(
  BULK 'https://onelake.dfs.fabric.microsoft.com/<workspace>/<lakehouse>.Lakehouse/Files/curated/v1/fact_blocked_user/dataset=*/date=*/part-0.parquet', FORMAT = 'PARQUET'
  ) WITH (
    [key] varchar(400),
    [source_dataset] varchar(400),
    [day] date,
    [row_ordinal] bigint,
    [revision] int,
    [conflict_ordinal] int,
    [remediation_id] varchar(400),
    [blocked_at] datetime2(6),
    [blocked_at_text] varchar(400),
    [block_mode] varchar(400),
    [block_class] varchar(400),
    [block_reason] varchar(400),
    [user_id] varchar(400),
    [user_principal_name] varchar(400),
    [user_display_name] varchar(400),
    [user_telephone_number] varchar(400),
    [extra_json] varchar(8000)
  ) AS files
WHERE conflict_ordinal = 0;
GO
CREATE OR ALTER VIEW partition_status AS
SELECT files.*
FROM OPENROWSET(
  BULK 'https://onelake.dfs.fabric.microsoft.com/<workspace>/<lakehouse>.Lakehouse/Files/curated/v1/partition_status/part-0.parquet', FORMAT = 'PARQUET'
  ) WITH (
    [source_dataset] varchar(400),
    [day] date,
    [state] varchar(400),
    [rows] bigint,
    [revision] int,
    [curated_revision] int,
    [landed_at] datetime2(6),
    [checked_at] datetime2(6),
    [settled_at] datetime2(6)
  ) AS files;
GO
CREATE OR ALTER VIEW dim_call_type AS
SELECT files.*
FROM OPENROWSET(
  BULK 'https://onelake.dfs.fabric.microsoft.com/<workspace>/<lakehouse>.Lakehouse/Files/curated/v1/dim_call_type/part-0.parquet', FORMAT = 'PARQUET'
  ) WITH (
    [call_type] varchar(400),
    [direction] varchar(400),
    [call_class] varchar(400),
    [meaning] varchar(400)
  ) AS files;
GO
CREATE OR ALTER VIEW dim_license AS
SELECT files.*
FROM OPENROWSET(
  BULK 'https://onelake.dfs.fabric.microsoft.com/<workspace>/<lakehouse>.Lakehouse/Files/curated/v1/dim_license/part-0.parquet', FORMAT = 'PARQUET'
  ) WITH (
    [license_capability] varchar(400),
    [license_class] varchar(400),
    [meaning] varchar(400)
  ) AS files;
GO
CREATE OR ALTER VIEW dim_country AS
SELECT files.*
FROM OPENROWSET(
  BULK 'https://onelake.dfs.fabric.microsoft.com/<workspace>/<lakehouse>.Lakehouse/Files/curated/v1/dim_country/part-0.parquet', FORMAT = 'PARQUET'
  ) WITH (
    [country_code] varchar(400),
    [country_name] varchar(400),
    [hidden_digits] int
  ) AS files;
GO
CREATE OR ALTER VIEW dim_message_status AS
SELECT files.*
FROM OPENROWSET(
  BULK 'https://onelake.dfs.fabric.microsoft.com/<workspace>/<lakehouse>.Lakehouse/Files/curated/v1/dim_message_status/part-0.parquet', FORMAT = 'PARQUET'
  ) WITH (
    [status_column] varchar(400),
    [status_code] varchar(400),
    [status_class] varchar(400),
    [meaning] varchar(400)
  ) AS files;
GO
