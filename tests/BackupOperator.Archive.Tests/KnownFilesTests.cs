using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Tests.Support;
using BackupOperator.Archive.Writing;

namespace BackupOperator.Archive.Tests;

/// <summary>
/// What a pass knows of the one before it, beside a dictionary of the files: names that sort in ways of their own come, go
/// and change between passes and during them.
/// </summary>
public sealed class KnownFilesTests : IDisposable
{
    private const int Passes = 5;

    // In UTF-16 the animals come before U+E000, in UTF-8 behind it; what is in "a" comes behind "a.b" and before "a0".
    private static readonly string[] Names = ["a", "a!", "a-", "a.b", "a.b!", "a0", "aa", "ä", "a\uE000", "a🐬", "\uE000", "\uFFF0", "🐬", "🐬!", "🐭"];

    private readonly Chain _chain = new();
    private int _version;

    public void Dispose() => _chain.Dispose();

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Files_are_read_again_as_a_dictionary_would_have_it(int seed)
    {
        var random = new Random(seed);
        var isRestless = seed % 2 == 1;
        Dictionary<string, long> before = [];
        Dictionary<string, long> beforeEnd = [];
        Change(random, 60, mayReplace: true);
        for (var backup = 0; backup < 2; backup++)
        {
            var options = OptionsAt(TimeSpan.FromHours(1), $"{backup}") with { Parent = backup == 0 ? null : await _chain.OpenParentAsync("0") };
            await using var writer = await ArchiveWriter.OpenAsync(_chain.Store, $"{backup}", options);
            for (var pass = 1; pass <= Passes; pass++)
            {
                var isChanged = isRestless && pass < Passes;
                var start = Files();
                var found = await writer.RunPassAsync(pass == Passes, isChanged ? new Reaction(() => Change(random, 4, mayReplace: false)) : null);
                var end = Files();
                var certain = start.Count(file => end.Contains(file) && before.Contains(file) && beforeEnd.Contains(file));
                var possible = start.Union(end).Count(file => before.Contains(file) || beforeEnd.Contains(file));
                found.FilesUnchanged.ShouldBeInRange(certain, possible);
                if (!isRestless)
                {
                    possible.ShouldBe(certain);
                    found.BytesRead.ShouldBe(start.Except(before).Sum(file => file.Value));
                }

                if (!isChanged)
                {
                    (found.Files, found.LogicalBytes).ShouldBe((start.Count, start.Values.Sum()));
                }

                (before, beforeEnd) = (start, end);
                if (pass < Passes)
                {
                    Change(random, random.Next(16), mayReplace: true);
                }
            }

            await writer.FinishAsync(new ManifestFacts());
            await _chain.ShouldHoldAsync($"{backup}", DataDirectory.Describe(_chain.Source));
            Change(random, random.Next(16), mayReplace: true);
        }
    }

    public static TheoryData<int> Seeds() => [.. Enumerable.Range(700, Amount.Of(8))];

    [Theory]
    [InlineData(30, 0)]
    [InlineData(90, 2)]
    public async Task What_was_read_while_the_server_ran_is_known_again_only_after_a_minute(int seconds, int unchanged)
    {
        Write("ibdata1", 3 << 20);
        Write("one-block.ibd", 1000);
        await using var writer = await ArchiveWriter.OpenAsync(_chain.Store, "0", OptionsAt(TimeSpan.FromSeconds(seconds), "0"));
        await writer.RunPassAsync(databaseStopped: false);
        (await writer.RunPassAsync(databaseStopped: false)).FilesUnchanged.ShouldBe(unchanged);
        (await writer.RunPassAsync(databaseStopped: true)).FilesUnchanged.ShouldBe(unchanged);
        (await writer.RunPassAsync(databaseStopped: true)).FilesUnchanged.ShouldBe(2);
    }

    [Theory]
    [InlineData("!")]
    [InlineData("a#")]
    [InlineData("a/!")]
    [InlineData("a/🐬")]
    [InlineData("a.b/\uE000")]
    [InlineData("a.")]
    [InlineData("b")]
    [InlineData("\uE000/z")]
    [InlineData("🐬/a")]
    [InlineData("🐯")]
    public async Task What_comes_or_goes_while_the_server_is_stopped_is_named(string path)
    {
        foreach (var name in Names)
        {
            Write($"{name}/a.b", 1000);
            Write($"{name}/z.ibd", 1000);
        }

        await ShouldNameAsync(() => Write(path, 10));
        await ShouldNameAsync(() => File.Delete(FullPath(path)));
        await ShouldNameAsync(() => Directory.CreateDirectory(FullPath(path)));
        await ShouldNameAsync(() => Directory.Delete(FullPath(path)));

        async Task ShouldNameAsync(Action change)
        {
            var isDone = false;
            await using var writer = await ArchiveWriter.OpenAsync(_chain.Store, "0", _chain.Options("0"));
            var error = await Should.ThrowAsync<DataDirectoryException>(() => writer.RunPassAsync(databaseStopped: true, new Reaction(() =>
            {
                if (!isDone)
                {
                    isDone = true;
                    change();
                }
            })));
            error.Message.ShouldStartWith($"{FullPath(path)} ");
        }
    }

    // What was just written is as old as the clock is ahead.
    private ArchiveWriterOptions OptionsAt(TimeSpan ahead, string name) => _chain.Options(name) with { Time = new WrongClock(ahead), Workers = 2 };

    private string FullPath(string path) => Path.Combine(_chain.Source, path);

    private void Write(string path, int size)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FullPath(path))!);
        DataDirectory.Write(FullPath(path), DataDirectory.Noise(new Random(size), size));
    }

    // No two versions of a file have the same size.
    private Dictionary<string, long> Files() => Directory.EnumerateFiles(_chain.Source, "*", SearchOption.AllDirectories)
        .ToDictionary(path => Path.GetRelativePath(_chain.Source, path), path => new FileInfo(path).Length, StringComparer.Ordinal);

    /// <param name="mayReplace">Whether a file may become a directory, and a directory a file.</param>
    private void Change(Random random, int times, bool mayReplace)
    {
        for (; times > 0; times--)
        {
            var there = Files().Keys.Order(StringComparer.Ordinal).ToList();
            var path = there.Count > 0 && random.Next(3) == 0
                ? there[random.Next(there.Count)]
                : string.Join('/', Enumerable.Range(0, random.Next(1, 4)).Select(_ => Names[random.Next(Names.Length)]));
            var parts = path.Split('/');
            var above = Enumerable.Range(1, parts.Length - 1).Select(count => string.Join('/', parts[..count])).FirstOrDefault(part => File.Exists(FullPath(part)));
            if (!mayReplace && (above is not null || Directory.Exists(FullPath(path))))
            {
                continue;
            }

            if (above is not null)
            {
                File.Delete(FullPath(above));
            }

            if (Directory.Exists(FullPath(path)))
            {
                Directory.Delete(FullPath(path), recursive: true);
            }

            if (File.Exists(FullPath(path)) && random.Next(2) == 0)
            {
                File.Delete(FullPath(path));
            }
            else
            {
                Write(path, ++_version + (random.Next(8) == 0 ? 2 << 20 : 0));
            }
        }
    }

    private sealed class Reaction(Action action) : IProgress<ArchiveProgress>
    {
        public void Report(ArchiveProgress value) => action();
    }
}
