using BackupOperator.MySql;

namespace BackupOperator.Demo.Data;

/// <summary>The demo's database: tables of several kinds, a view, a trigger and a procedure, more than 300 MB in all.</summary>
internal static class ShopDatabase
{
    public const string Name = "shop";

    // RANDOM_BYTES gives at most 1024 at once. Pictures do not compress; the rest does.
    private static readonly string Noise = string.Join(',', Enumerable.Repeat("RANDOM_BYTES(1024)", 128));

    private static readonly string[] Statements =
    [
        "CREATE DATABASE shop CHARACTER SET utf8mb4",
        "USE shop",
        "CREATE TABLE shop.customers (id INT PRIMARY KEY, name VARCHAR(100) NOT NULL, city VARCHAR(100) NOT NULL, note TEXT, KEY (city)) ENGINE=InnoDB",
        "CREATE TABLE shop.orders (id INT PRIMARY KEY, customer INT NOT NULL, placed DATETIME NOT NULL, total DECIMAL(10,2) NOT NULL, lines_json JSON, KEY (customer), KEY (placed)) ENGINE=InnoDB",
        "CREATE TABLE shop.pictures (id INT PRIMARY KEY AUTO_INCREMENT, taken TIMESTAMP NOT NULL, content MEDIUMBLOB NOT NULL) ENGINE=InnoDB",
        "CREATE TABLE shop.audit (id BIGINT PRIMARY KEY AUTO_INCREMENT, what VARCHAR(200) NOT NULL) ENGINE=InnoDB ROW_FORMAT=DYNAMIC",
        "CREATE TABLE shop.settings (name VARCHAR(50) PRIMARY KEY, value VARCHAR(200)) ENGINE=Aria",
        "CREATE VIEW shop.big_orders AS SELECT o.id, c.name, o.total FROM shop.orders o JOIN shop.customers c ON c.id = o.customer WHERE o.total > 900",
        "CREATE TRIGGER shop.orders_audit AFTER UPDATE ON shop.orders FOR EACH ROW INSERT INTO shop.audit (what) VALUES (CONCAT('order ', NEW.id, ' is now ', NEW.total))",
        "CREATE PROCEDURE shop.raise_total(IN which INT, IN amount DECIMAL(10,2)) BEGIN UPDATE shop.orders SET total = total + amount WHERE id = which; END",
        "INSERT INTO shop.customers SELECT seq, CONCAT(ELT(1 + seq % 6, 'Zoë', 'Jürgen', '李娜', 'Ольга', 'Σοφία', 'José 🐬'), ' ', seq), ELT(1 + seq % 4, 'Köln', '東京', 'São Paulo', 'Kraków'), REPEAT(CONCAT('Kundin Nr. ', seq, ' — 日本語 '), 6) FROM seq_1_to_200000",
        "INSERT INTO shop.orders SELECT seq, 1 + seq % 200000, '2026-01-01' + INTERVAL seq MINUTE, (seq * 7919) % 100000 / 100, JSON_OBJECT('sku', MD5(seq), 'n', seq % 9) FROM seq_1_to_500000",
        $"INSERT INTO shop.pictures (taken, content) SELECT '2026-01-01 00:00:01' + INTERVAL seq SECOND, REPEAT(CONCAT({Noise}), 2) FROM seq_1_to_600",
        "INSERT INTO shop.settings VALUES ('currency', 'EUR'), ('greeting', 'Grüß Gott 👋')",
        "CALL shop.raise_total(42, 1000.00)",
    ];

    public static async Task CreateAsync(MySqlSession session, CancellationToken cancellationToken)
    {
        foreach (var statement in Statements)
        {
            await session.QueryAsync(statement, cancellationToken);
        }
    }
}
