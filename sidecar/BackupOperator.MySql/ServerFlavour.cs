namespace BackupOperator.MySql;

/// <summary>Whose server it is.</summary>
public enum ServerFlavour
{
    MySql,
    MariaDb,
    Percona,
}
