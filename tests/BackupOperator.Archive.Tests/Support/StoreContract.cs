using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Storage;

namespace BackupOperator.Archive.Tests.Support;

/// <summary>What every store has to do alike.</summary>
internal static class StoreContract
{
    public static async Task GapsAsync(IObjectStore store, int partSize)
    {
        var id = await store.BeginUploadAsync("a/gaps");
        var contents = new Dictionary<int, byte[]>();
        foreach (var number in new[] { 5, 2, 4 })
        {
            var content = DataDirectory.Noise(new Random(number), number == 5 ? 12345 : partSize);
            contents[number] = content;
            await store.UploadPartAsync("a/gaps", id, number, content, BlockDigest.Of(content).ToString());
        }

        var listed = (await store.ListPartsAsync("a/gaps", id)).ShouldNotBeNull();
        listed.Select(part => part.Number).ShouldBe([2, 4, 5]);
        (await store.FindAsync("a/gaps")).ShouldBeNull();
        var made = await store.CompleteUploadAsync("a/gaps", id, [listed[2], listed[0], listed[1]]);
        made.Size.ShouldBe((2 * partSize) + 12345);
        var back = new byte[made.Size];
        await store.ReadAsync("a/gaps", 0, back);
        back.ShouldBe((byte[])[.. contents[2], .. contents[4], .. contents[5]]);
        (await store.ListPartsAsync("a/gaps", id)).ShouldBeNull();
        (await Backups.KeysAsync(store)).ShouldBe(["a/gaps"]);
        (await Should.ThrowAsync<StorageException>(() => store.ReadAsync("a/gaps", made.Size - 1, new byte[2]))).Failure.ShouldBe(StorageFailure.NotFound);
        await store.DeleteAsync("a/gaps");
        await store.DeleteAsync("a/gaps");
    }
}
