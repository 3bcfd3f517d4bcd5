using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;

namespace BackupOperator.MySql.Authentication;

/// <summary>
/// Ed25519 signatures as RFC 8032 (5.1) has them, but for a secret of any length, as MariaDB signs with a password.
/// .NET has no Ed25519, and OpenSSL's takes seeds of 32 bytes only. The arithmetic takes a time that depends on the
/// secret: fit for one login over a network that hides such differences, not for a signing service.
/// </summary>
internal static class Ed25519
{
    private static readonly BigInteger P = BigInteger.Pow(2, 255) - 19;
    private static readonly BigInteger Order = BigInteger.Pow(2, 252) + Number("27742317777372353535851937790883648493");
    private static readonly BigInteger D = Mod(-121665 * Invert(121666));
    private static readonly Point Base = Point.At(
        Number("15112221349535400772501151409588531511454012693041857206046113283949847762202"),
        Number("46316835694926478169428394003475163141307993866256225615783033603165251855960"));

    public static byte[] Sign(ReadOnlySpan<byte> message, ReadOnlySpan<byte> secret)
    {
        var hash = SHA512.HashData(secret);
        var scalarBytes = hash[..32];
        scalarBytes[0] &= 0xF8;
        scalarBytes[31] = (byte)((scalarBytes[31] & 0x7F) | 0x40);
        var scalar = ToInteger(scalarBytes);
        var publicKey = Multiply(Base, scalar).Encode();

        var nonce = ToInteger(SHA512.HashData([.. hash[32..], .. message])) % Order;
        var commitment = Multiply(Base, nonce).Encode();
        var digest = ToInteger(SHA512.HashData([.. commitment, .. publicKey, .. message])) % Order;
        return [.. commitment, .. ToBytes((nonce + (digest * scalar)) % Order)];
    }

    private static Point Multiply(Point point, BigInteger scalar)
    {
        var result = Point.Neutral;
        for (; !scalar.IsZero; scalar >>= 1)
        {
            var sum = result.Add(point);
            result = scalar.IsEven ? result : sum;
            point = point.Add(point);
        }

        return result;
    }

    private static BigInteger Number(string digits) => BigInteger.Parse(digits, CultureInfo.InvariantCulture);

    private static BigInteger Mod(BigInteger value) => ((value % P) + P) % P;

    private static BigInteger Invert(BigInteger value) => BigInteger.ModPow(value, P - 2, P);

    private static BigInteger ToInteger(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true);

    private static byte[] ToBytes(BigInteger value)
    {
        var bytes = new byte[32];
        value.TryWriteBytes(bytes, out _, isUnsigned: true);
        return bytes;
    }

    /// <summary>A point of the curve in extended homogeneous coordinates (RFC 8032, 5.1.4): x = X/Z, y = Y/Z, xy = T/Z.</summary>
    private readonly record struct Point(BigInteger X, BigInteger Y, BigInteger Z, BigInteger T)
    {
        public static Point Neutral { get; } = At(0, 1);

        public static Point At(BigInteger x, BigInteger y) => new(x, y, 1, Mod(x * y));

        public Point Add(Point other)
        {
            var a = Mod((Y - X) * (other.Y - other.X));
            var b = Mod((Y + X) * (other.Y + other.X));
            var c = Mod(T * 2 * D * other.T);
            var d = Mod(Z * 2 * other.Z);
            var (e, f, g, h) = (b - a, d - c, d + c, b + a);
            return new Point(Mod(e * f), Mod(g * h), Mod(f * g), Mod(e * h));
        }

        public byte[] Encode()
        {
            var inverse = Invert(Z);
            var bytes = ToBytes(Mod(Y * inverse));
            bytes[31] |= (byte)(Mod(X * inverse).IsEven ? 0 : 0x80);
            return bytes;
        }
    }
}
