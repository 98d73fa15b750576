// Reads the Parquet files that a list names, one path a line, with Arrow's own reader, and writes a line of JSON for each:
// { "path": …, "columns": { name: [values] } }. A value is a text, or null: money in millionths, time in microseconds and
// a date in days since 1970.
using System.Globalization;
using System.Text.Json;
using Apache.Arrow;
using ParquetSharp.Arrow;

if (args is ["--version"])
{
    Console.WriteLine(typeof(ParquetSharp.ParquetFileReader).Assembly.GetName().Version);
    return;
}

foreach (var path in File.ReadAllLines(args[0]))
{
    var columns = new Dictionary<string, List<string?>>();
    using var file = new FileReader(path);
    foreach (var field in file.Schema.FieldsList) columns[field.Name] = [];
    using var batches = file.GetRecordBatchReader();
    while (batches.ReadNextRecordBatchAsync().AsTask().GetAwaiter().GetResult() is { } batch)
    {
        for (var c = 0; c < batch.ColumnCount; c++)
        {
            var values = columns[batch.Schema.GetFieldByIndex(c).Name];
            for (var row = 0; row < batch.Length; row++) values.Add(TextOf(batch.Column(c), row));
        }
    }
    Console.WriteLine(JsonSerializer.Serialize(new { path, columns }));
}

static string? TextOf(IArrowArray column, int row)
{
    if (column.IsNull(row)) return null;
    return column switch
    {
        StringArray texts => texts.GetString(row),
        BooleanArray flags => flags.GetValue(row) == true ? "true" : "false",
        Int32Array numbers => Invariant(numbers.GetValue(row)),
        Int64Array numbers => Invariant(numbers.GetValue(row)),
        Date32Array days => Invariant(days.GetValue(row)),
        TimestampArray instants => Invariant(instants.GetValue(row)),
        Decimal128Array amounts => Invariant((long) (amounts.GetValue(row)!.Value * 1_000_000m)),
        _ => throw new NotSupportedException($"A column of the type {column.GetType().Name}"),
    };
}

static string Invariant(IFormattable? value) => value!.ToString(null, CultureInfo.InvariantCulture);
