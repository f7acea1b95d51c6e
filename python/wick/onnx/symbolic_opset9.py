"""torch.onnx.symbolic_opset9: a name."""
