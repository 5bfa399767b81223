export function compileCache() {}
