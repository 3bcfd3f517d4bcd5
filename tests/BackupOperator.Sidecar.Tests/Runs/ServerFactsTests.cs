using System.Buffers.Binary;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Storage.Volumes;
using BackupOperator.Archive.Writing;
using BackupOperator.Sidecar.Archives;

namespace BackupOperator.Sidecar.Tests.Runs;

/// <summary>What is known of a server fits into the manifest of its backup.</summary>
public sealed class ServerFactsTests : IDisposable
{
    // A UUID, a colon and an interval, and a comma behind it.
    private const int BytesOfAServer = 41;
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("facts-");

    public void Dispose() => _root.Delete(recursive: true);

    [Theory]
    [InlineData(2_000, true)]
    [InlineData((2 << 20) / BytesOfAServer, false)]
    public async Task Gtids_are_kept_unless_they_are_endless_and_the_backup_can_be_read_either_way(int servers, bool kept)
    {
        WriteBinlog(servers);
        var facts = new ServerFacts().ReadStopped(_root.FullName).ReadGtids();

        facts.Binlog.ShouldNotBeNull().IsClosed.ShouldBeTrue();
        (facts.GtidExecuted is not null).ShouldBe(kept);
        var store = new VolumeObjectStore(_root.CreateSubdirectory("store").FullName);
        await using (var writer = await ArchiveWriter.OpenAsync(store, "one", new ArchiveWriterOptions { BackupId = "one", SourceDirectory = _root.CreateSubdirectory("source").FullName }))
        {
            await writer.RunPassAsync(databaseStopped: true);
            await writer.FinishAsync(new ManifestFacts { GtidExecuted = facts.GtidExecuted, BinlogFile = facts.Binlog!.File });
        }

        (await ArchiveReader.OpenAsync(store, "one")).Header.Facts.ShouldSatisfyAllConditions(
            f => f.GtidExecuted.ShouldBe(facts.GtidExecuted), f => f.BinlogFile.ShouldBe("binlog.000001"));
    }

    // Magic, the format description, and the GTIDs before: of each server its UUID, and one interval.
    private void WriteBinlog(int servers)
    {
        var previous = new byte[8 + (servers * 40)];
        BinaryPrimitives.WriteInt64LittleEndian(previous, servers);
        for (var i = 0; i < servers; i++)
        {
            var server = previous.AsSpan(8 + (i * 40), 40);
            BinaryPrimitives.WriteInt32BigEndian(server, i + 1);
            BinaryPrimitives.WriteInt64LittleEndian(server[16..], 1);
            BinaryPrimitives.WriteInt64LittleEndian(server[24..], 1);
            BinaryPrimitives.WriteInt64LittleEndian(server[32..], 7);
        }

        File.WriteAllText(Path.Combine(_root.FullName, "binlog.index"), "./binlog.000001\n");
        File.WriteAllBytes(Path.Combine(_root.FullName, "binlog.000001"), [0xFE, (byte)'b', (byte)'i', (byte)'n', .. Event(15, new byte[80]), .. Event(35, previous)]);
    }

    private static byte[] Event(byte type, byte[] body)
    {
        var bytes = new byte[19 + body.Length];
        bytes[4] = type;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(9), bytes.Length);
        body.CopyTo(bytes, 19);
        return bytes;
    }
}
