using MELT.Host.Commands;

return await MeltCommand.RunAsync(args);
