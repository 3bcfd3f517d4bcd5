namespace BackupOperator.MySql.Protocol;

/// <summary>Source: https://dev.mysql.com/doc/dev/mysql-server/latest/mysql__com_8h.html, SERVER_STATUS_flags_enum.</summary>
[Flags]
internal enum ServerStatus : ushort
{
    None = 0,
    MoreResultsExist = 8,
}
