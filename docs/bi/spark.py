# Spark (Fabric, Databricks, Synapse) over the curated tables. What points it at an account:
account = "<data account>"
curated = f"abfss://curated@{account}.dfs.core.windows.net/v1"
spark.conf.set(f"fs.azure.account.auth.type.{account}.dfs.core.windows.net", "OAuth")
# … with the sign-in of your platform: a managed identity, a service principal, or credential passthrough.
# The identity needs Storage Blob Data Reader on the container `curated`.

# Times are UTC in the files; without this, Spark shows them in the zone of the cluster.
spark.conf.set("spark.sql.session.timeZone", "UTC")

# Leave out a table that has no folder in the container: none of your logs fills it yet.
for table in ["fact_call", "fact_message", "fact_dialout_usage", "fact_blocked_user"]:
    # `dataset` and `date` come from the folders; a filter on them reads only those files.
    frame = spark.read.parquet(f"{curated}/{table}").where("conflict_ordinal = 0")
    frame.createOrReplaceTempView(table)
for table in ["partition_status", "dim_call_type", "dim_license", "dim_country", "dim_message_status"]:
    spark.read.parquet(f"{curated}/{table}").createOrReplaceTempView(table)

spark.sql("""
  SELECT date_format(day, 'yyyy-MM') AS month, currency, sum(coalesce(charge, 0) + coalesce(connection_charge, 0)) AS cost
  FROM fact_call WHERE route = 'pstn' GROUP BY 1, 2 ORDER BY 1, 2
""").show()

# A changed day is written again under the same name: re-read whole days (overwrite by `date`), never append.
