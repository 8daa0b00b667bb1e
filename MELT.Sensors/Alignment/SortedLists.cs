using System.Collections.Immutable;

namespace MELT.Sensors.Alignment;

/// <summary>Lists that stay sorted while entries arrive: nearly always at the end, so the search begins there.</summary>
internal static class SortedLists
{
    public static ImmutableList<T> InsertSorted<T>(this ImmutableList<T> list, T item, Comparison<T> order)
    {
        var place = list.Count;
        while (place > 0 && order(list[place - 1], item) > 0) place--;
        return list.Insert(place, item);
    }
}
