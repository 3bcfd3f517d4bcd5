namespace BackupOperator.Metrics.Exposition;

internal enum MetricType
{
    Counter,
    Gauge,
    Histogram,
}
