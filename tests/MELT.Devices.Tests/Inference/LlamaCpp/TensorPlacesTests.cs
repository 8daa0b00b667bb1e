using System.Text;
using MELT.Devices.Inference.LlamaCpp;

namespace MELT.Devices.Tests.Inference.LlamaCpp;

public sealed class TensorPlacesTests
{
    [Theory]
    [InlineData("attn_norm-0", "blk.0")]
    [InlineData("ffn_out-31", "blk.31")]
    [InlineData("Qcur-7 (reshaped) (permuted)", "blk.7")]
    [InlineData("cache_k_l12 (view)", "blk.12")]
    [InlineData("node_57", "blk.3")]
    [InlineData("norm", "output")]
    [InlineData("result_output", "output")]
    [InlineData("kv-", "output")]
    [InlineData("", "blk.3")]
    [InlineData(" (view)", "blk.3")]
    [InlineData("ffn_out-99999999999", "output")]
    public void A_node_lies_in_the_layer_that_its_name_says_else_where_the_one_before_it_lies(string name, string place) =>
        TensorPlaces.Name(TensorPlaces.Of(Encoding.UTF8.GetBytes(name), before: 3)).ShouldBe(place);

    [Theory]
    [InlineData("inp_embd", "input")]
    [InlineData("node_0", "input")]
    [InlineData("norm-0", "blk.0")]
    public void What_comes_before_the_first_layer_is_input(string name, string place) =>
        TensorPlaces.Name(TensorPlaces.Of(Encoding.UTF8.GetBytes(name), TensorPlaces.Input)).ShouldBe(place);
}
