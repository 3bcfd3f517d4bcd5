using System.Xml.Linq;
using BackupOperator.Archive.Storage.S3;

namespace BackupOperator.Archive.Tests;

/// <summary>Our rule among those of others.</summary>
public sealed class LifecycleRulesTests
{
    private static readonly StorageTier[] Tiers = [new(30, "STANDARD_IA"), new(180, "GLACIER")];

    [Fact]
    public void Rules_of_others_stay_as_they_are_whatever_they_mean()
    {
        const string other = "<Rule><ID>theirs</ID><Filter><ObjectSizeGreaterThan>5</ObjectSizeGreaterThan></Filter><Status>Enabled</Status><Unheard><Of>it</Of></Unheard></Rule>";
        var current = XElement.Parse($"<LifecycleConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{other}</LifecycleConfiguration>");
        var next = LifecycleRules.Merge(current, "prod", Tiers).ShouldNotBeNull();
        var text = next.ToString(SaveOptions.DisableFormatting);
        text.ShouldContain(other);
        text.ShouldContain("<Prefix>prod/</Prefix>");
        text.ShouldContain("<Days>180</Days><StorageClass>GLACIER</StorageClass>");
        LifecycleRules.Rules(next).Count().ShouldBe(2);

        LifecycleRules.Merge(next, "prod", Tiers).ShouldBeNull("it is right");
        LifecycleRules.Rules(LifecycleRules.Merge(next, "", Tiers)!).Count().ShouldBe(3, "another storage has another rule");
        var changed = LifecycleRules.Merge(next, "prod", [new(7, "COLD")]).ShouldNotBeNull().ToString(SaveOptions.DisableFormatting);
        changed.ShouldContain("<Days>7</Days>");
        changed.ShouldNotContain("GLACIER");
        changed.ShouldContain(other);
        var without = LifecycleRules.Merge(next, "prod", []).ShouldNotBeNull();
        LifecycleRules.Rules(without).ShouldHaveSingleItem().ToString().ShouldContain("theirs");
        LifecycleRules.Merge(without, "prod", []).ShouldBeNull();
        LifecycleRules.Merge(null, "prod", []).ShouldBeNull();
    }

    [Fact]
    public void A_rule_that_was_switched_off_or_given_other_filters_is_put_right()
    {
        var right = LifecycleRules.Merge(null, "", Tiers).ShouldNotBeNull();
        foreach (var (from, to) in new[] { ("Enabled", "Disabled"), ("<Value>pack</Value>", "<Value>other</Value>"), ("<Days>30</Days>", "<Days>31</Days>") })
        {
            var text = right.ToString(SaveOptions.DisableFormatting);
            text.ShouldContain(from);
            LifecycleRules.Merge(XElement.Parse(text.Replace(from, to, StringComparison.Ordinal)), "", Tiers).ShouldNotBeNull(to);
        }
    }
}
