global using System.Globalization;
global using System.Text;
global using System.Text.Json;
global using System.Text.Json.Nodes;
global using BackupOperator.LocalCluster.ApiServer.Errors;
global using BackupOperator.LocalCluster.ApiServer.Json;
