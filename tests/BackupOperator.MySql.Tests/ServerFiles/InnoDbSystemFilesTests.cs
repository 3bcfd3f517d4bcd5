using BackupOperator.MySql.ServerFiles;
using BackupOperator.TestSupport.Servers;

namespace BackupOperator.MySql.Tests.ServerFiles;

public sealed class InnoDbSystemFilesTests
{
    [Fact]
    public async Task Finds_ibdata1_and_whatever_else_a_server_calls_its_system_tablespace()
    {
        await using var usual = await RealMariaDb.StartNewAsync();
        InnoDbSystemFiles.Find(usual.DataDirectory).ShouldBe(Path.Combine(usual.DataDirectory, "ibdata1"));

        await usual.StopAsync();
        File.Move(Path.Combine(usual.DataDirectory, "ibdata1"), Path.Combine(usual.DataDirectory, "system"));
        InnoDbSystemFiles.Find(usual.DataDirectory).ShouldBe(Path.Combine(usual.DataDirectory, "system"));
    }

    [Fact]
    public async Task No_other_file_of_a_server_is_taken_for_it()
    {
        await using var server = await RealMySql.StartNewAsync();
        await server.StopAsync();
        File.Delete(Path.Combine(server.DataDirectory, "ibdata1"));

        InnoDbSystemFiles.Find(server.DataDirectory).ShouldBeNull();
    }
}
