using BackupOperator.MySql.Protocol;
using BackupOperator.MySql.Protocol.Payloads;
using BackupOperator.MySql.Protocol.Serialization;
using BackupOperator.MySql.Tests.Fakes;

namespace BackupOperator.MySql.Tests.Protocol;

/// <summary>Whatever bytes come, a parser gives a value or a <see cref="MySqlProtocolException"/>, and nothing else.</summary>
public sealed class ParserFuzzTests
{
    private const int Rounds = 20_000;

    private static readonly Dictionary<string, (byte[] Good, Action<byte[]> Parse)> Parsers = new()
    {
        ["greeting"] = (FakeMySqlServer.Greeting(), payload => InitialHandshakePayload.Parse(payload)),
        ["error"] = (FakeMySqlServer.Error(1045, "Access denied"), payload => ErrorPayload.Parse(payload)),
        ["ok"] = (FakeMySqlServer.Ok, payload => OkPayload.Parse(payload)),
        ["eof"] = (FakeMySqlServer.Eof, payload => EofPayload.Parse(payload)),
        ["switch"] = ([0xFE, .. "mysql_native_password"u8, 0, .. "12345678901234567890"u8, 0], payload => AuthenticationSwitchPayload.Parse(payload)),
        ["more"] = ([1, 4], payload => AuthenticationMoreDataPayload.Parse(payload)),
        ["count"] = ([0xFC, 5, 0], payload => ColumnCountPayload.Parse(payload)),
        ["column"] = (FakeMySqlServer.Column("name"), payload => ColumnDefinitionPayload.ParseName(payload)),
        ["row"] = ([1, (byte)'a', 0xFB, 0xFC, 2, 0, 1, 2], payload => TextRowPayload.Parse(payload, 3)),
    };

    public static TheoryData<string> Names => [.. Parsers.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_parser_knows_no_other_fault(string name)
    {
        var (good, parse) = Parsers[name];
        var random = new Random(42);
        var (taken, refused) = (0, 0);
        parse(good);
        for (var round = 0; round < Rounds; round++)
        {
            var payload = Mutate(good, random);
            try
            {
                parse(payload);
                taken++;
            }
            catch (MySqlProtocolException)
            {
                refused++;
            }
            catch (Exception problem)
            {
                Assert.Fail($"{problem.GetType().Name} for {Convert.ToHexString(payload)}: {problem.Message}");
            }
        }

        taken.ShouldBeGreaterThan(0);
        refused.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task The_packets_of_a_stream_know_no_other_fault()
    {
        var random = new Random(43);
        for (var round = 0; round < Rounds / 10; round++)
        {
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            foreach (var zero in Enumerable.Range(0, bytes.Length).Where(_ => random.Next(2) == 0))
            {
                bytes[zero] = 0;
            }

            await using var packets = new PacketStream(new MemoryStream(bytes)) { MaxPayload = 1 << 20 };
            try
            {
                while (true)
                {
                    (await packets.ReadAsync(CancellationToken.None)).Length.ShouldBeLessThanOrEqualTo(bytes.Length);
                }
            }
            catch (Exception problem) when (problem is MySqlProtocolException or EndOfStreamException)
            {
                // Either is right.
            }
        }
    }

    private static byte[] Mutate(byte[] good, Random random)
    {
        if (random.Next(4) == 0)
        {
            var noise = new byte[random.Next(100)];
            random.NextBytes(noise);
            return noise;
        }

        var bytes = good[..random.Next(good.Length + 1)];
        for (var flips = random.Next(3); flips > 0 && bytes.Length > 0; flips--)
        {
            bytes[random.Next(bytes.Length)] = (byte)(random.Next(3) == 0 ? random.Next(0xFA, 0x100) : random.Next(256));
        }

        return bytes;
    }
}
