using BackupOperator.MySql.ServerFiles;
using BackupOperator.TestSupport.Servers;

namespace BackupOperator.MySql.Tests.ServerFiles;

/// <summary>Parts of an InnoDB that lie elsewhere are missed, and nothing is missed that a server can do without.</summary>
public sealed class InnoDbPartsTests
{
    [Fact]
    public async Task A_MySQL_is_whole_and_each_of_its_parts_is_missed()
    {
        await using var server = await RealMySql.StartNewAsync();
        await server.StopAsync();
        var directory = server.DataDirectory;
        InnoDbParts.FindMissing(directory).ShouldBeNull();

        Without("undo_001", "innodb_undo_directory");
        Without("#innodb_redo", "innodb_log_group_home_dir");
        Without("ibdata1", "innodb_data_home_dir");

        // A folder of the data directory is no other place.
        Directory.CreateDirectory(Path.Combine(directory, "undo"));
        File.Move(Path.Combine(directory, "undo_001"), Path.Combine(directory, "undo", "undo_001"));
        InnoDbParts.FindMissing(directory).ShouldBeNull();

        void Without(string part, string variable)
        {
            var (there, away) = (Path.Combine(directory, part), Path.Combine(Path.GetDirectoryName(directory)!, part));
            Directory.Move(there, away);
            InnoDbParts.FindMissing(directory).ShouldNotBeNull(part).ShouldContain(variable);
            Directory.Move(away, there);
        }
    }

    [Fact]
    public async Task A_MariaDB_is_whole_and_its_redo_log_is_missed()
    {
        await using var server = await RealMariaDb.StartNewAsync();
        await server.StopAsync();
        InnoDbParts.FindMissing(server.DataDirectory).ShouldBeNull();
        File.Delete(Path.Combine(server.DataDirectory, "ib_logfile0"));
        InnoDbParts.FindMissing(server.DataDirectory).ShouldNotBeNull().ShouldContain("innodb_log_group_home_dir");
    }

    [Fact]
    public void A_directory_that_says_nothing_of_InnoDB_lacks_nothing()
    {
        var directory = Directory.CreateTempSubdirectory("parts-").FullName;
        File.WriteAllText(Path.Combine(directory, "aria_log_control"), "");
        InnoDbParts.FindMissing(directory).ShouldBeNull();
        Directory.Delete(directory, recursive: true);
    }
}
