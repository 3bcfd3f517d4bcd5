using System.Diagnostics;
using BackupOperator.Sidecar.Locking;
using BackupOperator.TestSupport.Servers;

namespace BackupOperator.Sidecar.Tests.Locking;

public sealed class DataDirectoryLockTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_running_MySQL_refuses_the_lock_and_a_started_one_waits_until_it_is_released()
    {
        await using var server = await RealMySql.StartNewAsync();
        var (held, start) = await LockAndStartAsync(server);
        start.IsCompleted.ShouldBeFalse();

        held.Dispose();
        await start;
        DataDirectoryLock.TryTake(server.DataDirectory, write: false).ShouldBeNull();
    }

    [Fact]
    public async Task A_running_MariaDB_refuses_the_lock_and_a_started_one_gives_up()
    {
        await using var server = await RealMariaDb.StartNewAsync();
        var (held, start) = await LockAndStartAsync(server);
        await Should.ThrowAsync<InvalidOperationException>(() => start);

        held.Dispose();
        await server.StartAsync(Cancel);
        DataDirectoryLock.TryTake(server.DataDirectory, write: false).ShouldBeNull();
    }

    private static async Task<(DataDirectoryLock Held, Task Start)> LockAndStartAsync(RealDatabase server)
    {
        DataDirectoryLock.TryTake(server.DataDirectory, write: false).ShouldBeNull();
        DataDirectoryLock.TryTake(server.DataDirectory, write: true).ShouldBeNull();

        await server.StopAsync(Cancel);
        var held = await DataDirectoryLock.TakeAsync(server.DataDirectory, write: false, TimeSpan.FromSeconds(5), TimeProvider.System, Cancel);
        held.ShouldNotBeNull().Unavailable.ShouldBeNull();

        // What an archiver does all the time must not drop the lock.
        await File.ReadAllBytesAsync(Path.Combine(server.DataDirectory, "ibdata1"), Cancel);
        var logBefore = new FileInfo(server.ErrorLog).Length;
        var start = server.StartAsync(Cancel);
        await WaitForAsync(() => LogSince(server.ErrorLog, logBefore).Contains("Unable to lock", StringComparison.Ordinal));
        return (held, start);
    }

    [Fact]
    public void Two_readers_share_the_lock_and_a_writer_does_not()
    {
        var folder = Directory.CreateTempSubdirectory();
        File.WriteAllText(Path.Combine(folder.FullName, "ibdata1"), "x");

        using var first = DataDirectoryLock.TryTake(folder.FullName, write: false).ShouldNotBeNull();
        using var second = DataDirectoryLock.TryTake(folder.FullName, write: false).ShouldNotBeNull();
        DataDirectoryLock.TryTake(folder.FullName, write: true).ShouldBeNull();

        first.Dispose();
        second.Dispose();
        using var writer = DataDirectoryLock.TryTake(folder.FullName, write: true).ShouldNotBeNull();
        DataDirectoryLock.TryTake(folder.FullName, write: false).ShouldBeNull();
    }

    [Fact]
    public void A_directory_without_system_tablespace_says_that_nothing_proves_the_stop()
    {
        var folder = Directory.CreateTempSubdirectory();
        using var held = DataDirectoryLock.TryTake(folder.FullName, write: false).ShouldNotBeNull();
        held.Unavailable.ShouldNotBeNull().ShouldContain(folder.FullName);
    }

    [Fact]
    public async Task The_lock_is_given_up_after_the_patience()
    {
        var folder = Directory.CreateTempSubdirectory();
        File.WriteAllText(Path.Combine(folder.FullName, "ibdata1"), "x");
        using var writer = DataDirectoryLock.TryTake(folder.FullName, write: true);

        var since = Stopwatch.GetTimestamp();
        var held = await DataDirectoryLock.TakeAsync(folder.FullName, write: false, TimeSpan.FromMilliseconds(300), TimeProvider.System, Cancel);
        held.ShouldBeNull();
        Stopwatch.GetElapsedTime(since).ShouldBeGreaterThan(TimeSpan.FromMilliseconds(250));
    }

    private static string LogSince(string path, long position)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        stream.Position = position;
        return new StreamReader(stream).ReadToEnd();
    }

    private static async Task WaitForAsync(Func<bool> condition)
    {
        var since = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Stopwatch.GetElapsedTime(since).ShouldBeLessThan(TimeSpan.FromSeconds(30), "the condition never came true");
            await Task.Delay(50, Cancel);
        }
    }
}
