System.Console.WriteLine("MELT");
